import * as z from 'zod/mini'

/**
 * A log as a folder: the C2SP tlog-tiles layout (`checkpoint`, `tile/…`, `tile/entries/…`), `keys` with a verifier key a
 * line, `key-path` from each key to the next, and what no tile holds in `log.json` and, where asked for, `payloads.jsonl`.
 */
export const folderFiles = {
  checkpoint: 'checkpoint',
  keys: 'keys',
  keyPath: 'key-path',
  facts: 'log.json',
  payloads: 'payloads.jsonl',
} as const

const whole = z.int().check(z.minimum(0))
const bytes = z.string().check(z.regex(/^[A-Za-z0-9_-]*$/))

/** Says nothing that the entries do not say as well, except what was lost, refused or erased. */
export const LogFacts = z.strictObject({
  v: z.literal(1),
  workspace: z.string().check(z.regex(/^[a-z][a-z0-9-]{0,39}$/)),
  epoch: whole,
  epochs: z.array(
    z.strictObject({
      epoch: whole,
      origin: z.string(),
      size: whole,
      oldOrigin: z.nullable(z.string()),
      oldSize: z.nullable(whole),
      oldRoot: z.nullable(bytes),
    }),
  ),
  keys: z.array(
    z.strictObject({
      epoch: whole,
      vkey: z.string(),
      addedSeq: z.nullable(whole),
      retiredSize: z.nullable(whole),
    }),
  ),
  erasures: z.array(z.strictObject({ seq: whole, by: whole })),
  equivocations: z.array(z.strictObject({ producer: z.string(), pseq: whole, leaf: bytes, header: bytes })),
})
export type LogFacts = z.infer<typeof LogFacts>

/** One line of `payloads.jsonl`; the payload as it was committed to, canonical JSON. */
export const PayloadLine = z.strictObject({ seq: whole, salt: bytes, payload: z.string() })
export type PayloadLine = z.infer<typeof PayloadLine>
