import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { base64url, type CommittedMember, commitment, type DisclosedMember, EntryError } from './index.ts'

const { checkDisclosure, checkPayload, commitPayload } = commitment

interface Vector {
  readonly payload: Record<string, unknown>
  readonly salt: string
  readonly commit: string
  readonly members: readonly CommittedMember[]
}

/** Made with an implementation of its own, in another language. */
const vectors = (name: string): [string, Vector][] => {
  const url = new URL(`../testdata/payload/${name}/`, import.meta.url)
  return readdirSync(url).map((file) => [
    file.replace('.json', ''),
    JSON.parse(readFileSync(new URL(file, url), 'utf8')),
  ])
}
const decode = (text: string): Uint8Array => {
  const bytes = base64url.decode(text)
  if (bytes === null) throw new Error('not base64url')
  return bytes
}
const numRuns = process.env.WATCHBILL_DRILLS === '1' ? 2000 : 200

describe('payload vectors', () => {
  it.each(vectors('valid'))('%s: commitment, keys and hashes', (_, { payload, salt, commit, members }) => {
    const made = commitPayload(payload, decode(salt))
    expect(made.commit).toBe(commit)
    expect(made.members).toEqual(members.map((one) => ({ ...one, value: payload[one.name] })))
    expect(checkPayload({ commit }, payload, decode(salt))).toBe(true)
  })

  it.each(vectors('invalid'))('%s does not hold', (name, { payload, salt, commit }) => {
    expect(checkPayload({ commit }, payload, decode(salt))).toBe(false)
    const fault = name.split('-')[0]
    if (fault === 'commit') expect(commitPayload(payload, decode(salt)).commit).not.toBe(commit)
    else expect(reasonOf(() => commitPayload(payload, decode(salt)))).toBe(fault)
  })
})

const reasonOf = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    if (error instanceof EntryError) return error.reason
    throw error
  }
  return 'none'
}

const value = fc.oneof(fc.string(), fc.maxSafeInteger(), fc.boolean(), fc.constant(null))
const payload = fc.dictionary(
  fc.string({ maxLength: 12 }).filter((name) => name !== '__proto__'),
  value,
  { maxKeys: 32, noNullPrototype: true },
)
const salt = fc.uint8Array({ minLength: 32, maxLength: 32 })

/** What a reader is given: members shown where `shown` says so. */
const disclose = (
  members: readonly CommittedMember[],
  shown: (index: number) => boolean,
): DisclosedMember[] =>
  members.map(({ name, value, key, hash }, index) => (shown(index) ? { name, value, key } : { hash }))

describe('payload properties', () => {
  // Without members there is nothing to salt: the empty payload has one commitment.
  const some = payload.filter((one) => Object.keys(one).length > 0)

  it('the order of members changes nothing, another salt or value everything', () => {
    fc.assert(
      fc.property(some, salt, salt, value, (one, first, second, other) => {
        const { commit } = commitPayload(one, first)
        const turned = Object.fromEntries(Object.entries(one).reverse())
        expect(checkPayload({ commit }, turned, first)).toBe(true)
        if (!first.every((byte, index) => byte === second[index])) {
          expect(checkPayload({ commit }, one, second)).toBe(false)
        }
        for (const name of Object.keys(one)) {
          const same = Object.is(one[name], other) || one[name] === other
          expect(checkPayload({ commit }, { ...one, [name]: other }, first)).toBe(same)
        }
      }),
      { numRuns, verbose: 1 },
    )
  })

  it('a redaction holds whatever it hides, and shows neither the salt nor another key', () => {
    fc.assert(
      fc.property(payload, salt, fc.nat(), (one, bytes, mask) => {
        const { commit, members } = commitPayload(one, bytes)
        const shown = (index: number) => ((mask >> (index % 31)) & 1) === 1
        const view = disclose(members, shown)
        expect(checkDisclosure({ commit }, view)).toBe(true)
        expect(JSON.stringify(view)).not.toContain(base64url.encode(bytes))
        expect(new Set(members.map(({ key }) => key)).size).toBe(members.length)
      }),
      { numRuns, verbose: 1 },
    )
  })

  it('a redaction with one thing changed does not hold', () => {
    fc.assert(
      fc.property(some, salt, fc.nat(), fc.boolean(), (one, bytes, at, hidden) => {
        const { commit, members } = commitPayload(one, bytes)
        const place = at % members.length
        const view = disclose(members, (index) => index !== place || !hidden)
        const target = view[place]
        if (!target) throw new Error('no such member')
        const without = view.filter((_, index) => index !== place)
        const replaced = (by: DisclosedMember) => view.map((other, index) => (index === place ? by : other))
        const wrong = [without, [...view, target], ...tamper(target).map(replaced)]
        for (const members of wrong) expect(checkDisclosure({ commit }, members)).toBe(false)
      }),
      { numRuns, verbose: 1 },
    )
  })
})

const nothing = base64url.encode(new Uint8Array(32))

const tamper = (member: DisclosedMember): DisclosedMember[] =>
  'hash' in member
    ? [{ hash: nothing }, { hash: '' }, { hash: `${member.hash}=` }]
    : [
        { ...member, name: `${member.name}x` },
        { ...member, value: [member.value] },
        { ...member, value: undefined },
        { ...member, key: nothing },
        { ...member, key: member.key.slice(1) },
      ]

describe('checkDisclosure', () => {
  const made = commitPayload({ a: 1, b: 2 }, new Uint8Array(32).fill(7))
  const [a, b] = disclose(made.members, () => true)
  if (!a || !b) throw new Error('two members were committed to')

  it('refuses members out of order, and a name shown twice', () => {
    expect(checkDisclosure(made, [a, b])).toBe(true)
    expect(checkDisclosure(made, [b, a])).toBe(false)
    const twice = commitPayload({ a: 1 }, new Uint8Array(32)).members.map(({ hash: _, ...shown }) => shown)
    expect(checkDisclosure(made, [...twice, ...twice])).toBe(false)
  })

  it('refuses a member that says both what it is and that it is hidden', () => {
    expect(checkDisclosure(made, made.members)).toBe(false)
  })

  it('refuses more than 32 members', () => {
    expect(checkDisclosure(made, new Array(33).fill({ hash: nothing }))).toBe(false)
  })

  it('gives a verdict on what is no evidence at all', () => {
    const broken = {
      get a(): never {
        throw new Error('from inside')
      },
    }
    expect(checkPayload(made, broken, new Uint8Array(32))).toBe(false)
  })
})
