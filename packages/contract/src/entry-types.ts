import * as z from 'zod/mini'
import { type Decision, eventSchemas } from './events.ts'

const whole = z.int().check(z.minimum(0))
const base64url = (length: number) =>
  z
    .string()
    .check(z.regex(new RegExp(`^[A-Za-z0-9_-]{${length}}$`), `must be ${length} characters of base64url`))

interface EntrySchema {
  readonly v: number
  readonly decisions: readonly (Decision | null)[]
  readonly payload: z.ZodMiniType
}

/** What a producer says of itself; `agent` is null in the header. Same shape and rules as `eventSchemas`. */
export const producerSchemas = {
  /** The machine's key signs for everything its producer wrote up to `pseq` (SECURITY "Producers"). */
  'producer.sealed': {
    v: 1,
    decisions: [null],
    payload: z.strictObject({
      /** Number and leaf hash of the newest entry signed for: the one right before this entry. */
      pseq: whole,
      leaf: base64url(43),
      /** Ed25519 public key of the machine. */
      key: base64url(43),
      /** Over `evidence.formatSealText`. */
      signature: base64url(86),
      cause: z.enum(['count', 'time', 'session', 'stop']),
    }),
  },
} as const satisfies Record<string, EntrySchema>

/** Every entry a producer other than the control plane may hand over. */
export const producedSchemas = { ...eventSchemas, ...producerSchemas }
export type ProducedType = keyof typeof producedSchemas
export const isProducedType = (type: string): type is ProducedType => Object.hasOwn(producedSchemas, type)
