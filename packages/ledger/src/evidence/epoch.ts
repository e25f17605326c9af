/** A restored log goes on as `<origin>/<epoch>` (SECURITY "Log, sealer, keys, restore"). */
const readOrigin = (origin: string): { readonly log: string; readonly epoch: number } => {
  const [, log = origin, epoch = '0'] = /^(.+)\/([1-9]\d{0,8})$/.exec(origin) ?? []
  return { log, epoch: Number(epoch) }
}

/** Whether two origins name epochs of one log, which may introduce its own next key. */
export const isSameLog = (one: string, other: string): boolean =>
  readOrigin(one).log === readOrigin(other).log

/**
 * Whether a key of this name may sign checkpoints of this origin: those of its own epoch, and of later ones, so that
 * whoever trusts a log can follow it through a restore.
 */
export const maySign = (name: string, origin: string): boolean =>
  name === origin || (isSameLog(name, origin) && readOrigin(name).epoch < readOrigin(origin).epoch)
