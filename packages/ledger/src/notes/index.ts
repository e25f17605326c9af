export { type Checkpoint, formatCheckpoint, parseCheckpoint } from './checkpoint.ts'
export { publicKeyOf, verifySignature } from './ed25519.ts'
export { addSignatures, type Note, type NoteSignature, parseNote } from './note.ts'
export { cosignLine, createSigner, type Signer, signNote } from './sign.ts'
export {
  fingerprintOf,
  formatVerifierKey,
  type KeyAlgorithm,
  parseVerifierKey,
  type VerifierKey,
} from './verifier-key.ts'
export { type NoteFault, type NoteVerdict, type VerifiedKey, verifyNote } from './verify.ts'
