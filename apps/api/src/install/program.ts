/** The daemon as this control plane hands it out: an npm-style tarball, and what it hashes to. */
export interface Program {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** SHA-256 of `bytes`, hex. */
  readonly sha256: string
}
