import { hash } from 'node:crypto'
import { merkle } from '@watchbill/ledger'

/** Node hashes natively, three times as fast as the portable code; the edge, where there is no such call, stays with that. */
export const usePlatformHash = (): void => merkle.useSha256((bytes) => hash('sha256', bytes, 'binary'))
