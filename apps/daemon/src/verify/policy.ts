import { notes } from '@watchbill/ledger'

/** What a reader demands (C2SP tlog-policy): keys of logs, witnesses of the reader's own choice, and how many of them. */
export interface Policy {
  readonly logs: readonly notes.VerifierKey[]
  readonly witnesses: ReadonlyMap<string, notes.VerifierKey>
  /** Members of each group; a member is a witness or a group written above it. */
  readonly groups: ReadonlyMap<string, { readonly least: number; readonly members: readonly string[] }>
  /** A witness or a group; null demands no cosignature. */
  readonly quorum: string | null
}

/** The line that was not understood, and why. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError'
  constructor(line: number, why: string) {
    super(`line ${line}: ${why}`)
  }
}

interface Draft {
  readonly logs: notes.VerifierKey[]
  readonly witnesses: Map<string, notes.VerifierKey>
  readonly groups: Map<string, { least: number; members: string[] }>
  readonly taken: Set<string>
  quorum: string | null | undefined
}

/** Throws PolicyError: a policy that is half understood is none. */
export const parsePolicy = (text: string): Policy => {
  const draft: Draft = {
    logs: [],
    witnesses: new Map(),
    groups: new Map(),
    taken: new Set(),
    quorum: undefined,
  }
  for (const [index, line] of text.split('\n').entries()) {
    const words = line.trim().split(/[ \t]+/)
    const [keyword = ''] = words
    if (keyword === '' || keyword.startsWith('#')) continue
    readLine(draft, keyword, words.slice(1), index + 1)
  }
  if (draft.quorum === undefined)
    throw new PolicyError(text.split('\n').length, 'a policy has one quorum line')
  return { ...draft, quorum: draft.quorum }
}

const readLine = (draft: Draft, keyword: string, words: readonly string[], line: number): void => {
  const [first = '', second = '', ...rest] = words
  if (keyword === 'log' && words.length >= 1 && words.length <= 2) {
    draft.logs.push(keyOf(first, 'ed25519', line))
  } else if (keyword === 'witness' && words.length >= 2 && words.length <= 3) {
    requireNew(draft, first, line)
    draft.witnesses.set(first, keyOf(second, 'cosignature', line))
  } else if (keyword === 'group' && words.length >= 3) {
    requireNew(draft, first, line)
    draft.groups.set(first, {
      least: leastOf(second, rest.length, line),
      members: membersOf(draft, rest, line),
    })
  } else if (keyword === 'quorum' && words.length === 1) {
    if (draft.quorum !== undefined) throw new PolicyError(line, 'the quorum is said twice')
    if (first !== 'none' && !isMember(draft, first))
      throw new PolicyError(line, `${first} is not defined above`)
    draft.quorum = first === 'none' ? null : first
  } else {
    throw new PolicyError(line, 'it is no log, witness, group or quorum line')
  }
}

const keyOf = (text: string, algorithm: notes.VerifierKey['algorithm'], line: number): notes.VerifierKey => {
  const key = notes.parseVerifierKey(text)
  if (key?.algorithm === algorithm) return key
  throw new PolicyError(line, `not the verifier key of a ${algorithm === 'ed25519' ? 'log' : 'witness'}`)
}

const isMember = (draft: Draft, name: string): boolean => draft.witnesses.has(name) || draft.groups.has(name)

const requireNew = (draft: Draft, name: string, line: number): void => {
  if (name === 'none' || isMember(draft, name)) throw new PolicyError(line, `the name ${name} is taken`)
}

const leastOf = (text: string, count: number, line: number): number => {
  if (text === 'any') return 1
  if (text === 'all') return count
  const least = /^[1-9]\d{0,3}$/.test(text) ? Number(text) : 0
  if (least < 1 || least > count)
    throw new PolicyError(line, `${text} of ${count} members cannot be asked for`)
  return least
}

/** A name joins at most one group (C2SP tlog-policy), so nobody is counted twice. */
const membersOf = (draft: Draft, names: readonly string[], line: number): string[] =>
  names.map((name) => {
    if (!isMember(draft, name)) throw new PolicyError(line, `${name} is not defined above`)
    if (draft.taken.has(name)) throw new PolicyError(line, `${name} is in a group already`)
    draft.taken.add(name)
    return name
  })

/** Whether these witnesses, by the text of their keys, are enough. */
export const meetsQuorum = (policy: Policy, verified: ReadonlySet<string>): boolean => {
  const has = (name: string): boolean => {
    const group = policy.groups.get(name)
    if (group) return group.members.filter(has).length >= group.least
    const key = policy.witnesses.get(name)
    return key !== undefined && verified.has(key.text)
  }
  return policy.quorum === null || has(policy.quorum)
}
