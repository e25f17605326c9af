import type { SignedCheckpoint } from '@watchbill/contract/audit'
import { instant } from '../identity/instant.ts'
import type { StoredCheckpoint } from './store.ts'

export const viewCheckpoint = (checkpoint: StoredCheckpoint | null): SignedCheckpoint | null =>
  checkpoint && { note: checkpoint.note, size: checkpoint.size, signedAt: instant(checkpoint.signedAt) }
