/** Entries cannot be made durable just now: nothing was taken, and the same may be handed over again later. */
export class SpoolBlocked extends Error {
  override readonly name = 'SpoolBlocked'
}
