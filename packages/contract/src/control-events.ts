import * as z from 'zod/mini'

const whole = z.int().check(z.minimum(0))
const word = z.string().check(z.minLength(1), z.maxLength(200))
const moment = z.nullable(z.string().check(z.maxLength(40)))
const hash = z.string().check(z.regex(/^[A-Za-z0-9_-]{43}$/, 'must be 32 bytes in base64url'))

/** Every entry of the control plane says who did it: an id, never a name or an address. */
const by = {
  actor: word,
  actorKind: z.enum(['person', 'key', 'machine', 'enrollment', 'installation', 'visitor']),
}

const event = <Shape extends Record<string, z.ZodMiniType>>(shape: Shape) =>
  ({ v: 1, payload: z.strictObject({ ...by, ...shape }) }) as const

/** At most a hundred places by name; `count` is how many there were. */
const places = { owner: word, count: whole, places: z.array(word).check(z.maxLength(100)) }

/**
 * The published table of what the control plane itself records: type, schema version (`v` in the header), payload. It is
 * a producer like any other, `agent` is null and nothing is withheld. A changed meaning is a new version.
 */
export const controlSchemas = {
  'workspace.created': event({ kind: z.enum(['real', 'demo']) }),
  /** Stands in `default`: the log of the workspace went with it. */
  'workspace.removed': event({ workspace: word }),
  'key.created': event({ key: word, scopes: z.array(word), expiresAt: moment }),
  'key.revoked': event({ key: word }),
  'signin.offered': event({ expiresAt: moment }),
  'signin.redeemed': event({ expiresAt: moment }),
  'signin.ended': event({}),
  'enrollment.created': event({ key: word, expiresAt: moment }),
  'machine.joined': event({ machine: word, key: word, publicKey: z.optional(hash) }),
  'producer.registered': event({ producer: word, owner: word }),
  /** Another entry stands at the same place; `leaves` are those of the entries refused. */
  'producer.equivocated': event({ ...places, leaves: z.array(hash) }),
  /** A `producer.sealed` entry that does not hold. */
  'producer.seal.refused': event({ ...places, reasons: z.array(word) }),
  /** A signing key of the log, as C2SP verifier key. */
  'key.added': event({ vkey: word }),
  /** It signs no checkpoint above this size. */
  'key.retired': event({ vkey: word, size: whole }),
  /** First entry of an epoch: the database was behind what had been signed (SECURITY "Log, sealer, keys, restore"). */
  'log.continued': event({
    origin: word,
    oldOrigin: word,
    oldSize: whole,
    oldRoot: hash,
    restoredSize: whole,
  }),
  'log.published': event({ published: z.boolean() }),
  /** Entries below `size` were written to a folder; `payloads`: with what they say. */
  'log.exported': event({ size: whole, payloads: z.boolean() }),
  'log.imported': event({ origin: word, size: whole, root: hash }),
  'witness.added': event({ name: word, vkey: word, url: word }),
  'witness.removed': event({ name: word }),
  'payload.erased': event({ seqs: z.array(whole).check(z.maxLength(100)), reason: z.string() }),
  'content.read': event({ seq: whole }),
  /** Entries that answer a query were read out as a file. The query may quote what agents said, so only its digest stands here. */
  'entries.exported': event({ count: whole, format: z.enum(['csv', 'jsonl']), query: hash, size: whole }),
  'view.saved': event({ view: word }),
  'view.removed': event({ view: word }),
  /** A link that shows `count` entries below `size` to whoever has it, without the members in `redacted`. */
  'share.created': event({
    share: word,
    kind: z.enum(['selection', 'range']),
    count: whole,
    size: whole,
    redacted: z.array(z.string()),
    content: z.boolean(),
    expiresAt: moment,
  }),
  'share.revoked': event({ share: word }),
  /** Somebody opened it; who, nobody knows. `visit` counts from 1. */
  'share.opened': event({ share: word, visit: whole }),
} as const

export type ControlType = keyof typeof controlSchemas
export const isControlType = (type: string): type is ControlType => Object.hasOwn(controlSchemas, type)
