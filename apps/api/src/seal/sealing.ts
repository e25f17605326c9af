/** 32 bytes that encrypt signing seeds (AES-256-GCM); they never leave WebCrypto once imported. */
export type MasterKey = CryptoKey

/** What it takes to sign checkpoints; null in Deps where it is not set up, and then entries stay pending. */
export interface Sealing {
  readonly place: SecondPlace
  readonly masterKey: MasterKey
  /** What became of the last attempt in this process, by workspace. */
  readonly outcomes: Map<string, SealOutcome>
}

/** The newest tree that may have been signed: as much of a log as a restored database cannot take back. */
export interface Anchor {
  readonly origin: string
  readonly epoch: number
  readonly size: number
  /** 32 bytes. */
  readonly root: Uint8Array
}

/** An entry whose payload is gone for good. The leaf tells it from another entry that takes its place after a restore. */
export interface ErasedPlace {
  readonly seq: number
  readonly leaf: Uint8Array
}

/**
 * Where backups of the database do not reach (SECURITY "Log, sealer, keys, restore"). `name` is that of a log. Every
 * method throws when the place is away or what stands there is damaged; nothing may be signed then.
 */
export interface SecondPlace {
  /** Where it is, for people. */
  readonly where: string
  /** Null when nothing of this log was ever sealed here. */
  read(name: string): Promise<Anchor | null>
  /** Compare-and-swap; durable when it resolves. False when something other than `before` stands there. */
  advance(name: string, before: Anchor | null, after: Anchor): Promise<boolean>
  addErased(name: string, places: readonly ErasedPlace[]): Promise<void>
  /** In the order of seq, those above `after`; at most `limit`. */
  listErased(name: string, after: number, limit: number): Promise<ErasedPlace[]>
  close(): Promise<void>
}

/**
 * sealed: a checkpoint of all there is stands. raced: another sealer was faster, ask again. refused: the database and the
 * second place contradict each other, only a person can help. away: something did not answer. off: not set up.
 */
export type SealOutcome =
  | { readonly kind: 'sealed'; readonly size: number }
  | { readonly kind: 'raced' }
  | { readonly kind: 'refused' | 'away' | 'off'; readonly reason: string }

/** Signing would contradict what was signed; the message says what does not fit and what to do. */
export class SealRefused extends Error {
  override readonly name = 'SealRefused'
}
