const callMs = 15_000

/** Ends a call that takes too long. */
export const withLimit = (signal: AbortSignal): AbortSignal =>
  AbortSignal.any([signal, AbortSignal.timeout(callMs)])
