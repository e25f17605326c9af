export function buildShareChecker(): Promise<{
  readonly text: string
  readonly sha256: string
  readonly files: readonly string[]
}>
