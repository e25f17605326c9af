import { readFile } from 'node:fs/promises'
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml'
import type * as z from 'zod/mini'
import { nearest } from '../cli/nearest.ts'
import { errorCode, errorText } from '../error-code.ts'
import { ConfigError, type Problem } from './config-error.ts'
import { type ConfigVersion, configVersions } from './versions.ts'

const limitChars = 256 * 1024
/** How many versions back a daemon reads. */
const versionsBack = 2

/** A config file as read: valid at its own version, and rewritten to the newest. */
export interface ReadConfig {
  /** The version the file is written in. */
  readonly version: number
  readonly newest: number
  readonly document: Document
}

/**
 * Reads YAML 1.2 and refuses whatever it does not know, with the place. `versions` are those this daemon knows,
 * oldest first. Throws ConfigError.
 */
export const readConfig = (
  path: string,
  text: string,
  versions: readonly ConfigVersion[] = configVersions,
): ReadConfig => {
  if (text.length > limitChars)
    throw new ConfigError(path, [nowhere('the file is longer than 256 KiB', 'this is not a config')])
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true })
  const at = (offset: number): Pick<Problem, 'line' | 'column'> => {
    const { line, col } = lines.linePos(offset)
    return { line, column: col }
  }
  const mistakes = [...document.errors, ...document.warnings]
  if (mistakes.length > 0)
    throw new ConfigError(
      path,
      mistakes.map(({ message, pos }) => ({
        ...at(pos[0]),
        what: oneLine(message),
        mend: 'this is not valid YAML',
      })),
    )
  const value = plainValue(path, document)
  const version = chooseVersion(path, value, versions, at(offsetOf(document, ['version'])))
  const parsed = version.schema.safeParse(value)
  if (!parsed.success)
    throw new ConfigError(
      path,
      problemsOf(parsed.error.issues, version, value).map(({ path: place, key, ...said }) => ({
        ...at(offsetOf(document, place, key)),
        ...said,
      })),
    )
  const newest = versions.at(-1)?.version ?? 0
  for (const each of versions) if (each.version > version.version) each.up(document)
  return { version: version.version, newest, document }
}

/** Null when there is no file. Throws ConfigError when there is one that cannot be read. */
export const readText = async (path: string): Promise<string | null> => {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null
    const mend = 'make it readable for this user'
    throw new ConfigError(path, [nowhere(errorText(error), mend)])
  }
}

const nowhere = (what: string, mend: string): Problem => ({ line: null, column: null, what, mend })

/** An alias could make a small file huge: none is followed. */
const plainValue = (path: string, document: Document): unknown => {
  try {
    return document.toJS({ maxAliasCount: 0 })
  } catch {
    throw new ConfigError(path, [nowhere('aliases (*name) are not followed', 'write the value out')])
  }
}

const chooseVersion = (
  path: string,
  value: unknown,
  versions: readonly ConfigVersion[],
  place: Pick<Problem, 'line' | 'column'>,
): ConfigVersion => {
  const refuse = (what: string, mend: string) => new ConfigError(path, [{ ...place, what, mend }])
  const newest = versions.at(-1)?.version ?? 0
  const said = typeof value === 'object' && value !== null && 'version' in value ? value.version : undefined
  if (said === undefined) throw refuse('the version is missing', `begin the file with: version: ${newest}`)
  if (typeof said !== 'number' || !Number.isInteger(said) || said < 1)
    throw refuse('the version is not a whole number', `say version: ${newest}`)
  if (said > newest)
    throw refuse(
      `this config is version ${said}, and this daemon reads up to version ${newest}`,
      `install a newer daemon, or write the file for this one on a newer daemon: watchbill config migrate --to ${newest}`,
    )
  const known = versions.find(({ version }) => version === said)
  if (known === undefined || said < newest - versionsBack)
    throw refuse(
      `this config is version ${said}, and this daemon reads versions ${Math.max(1, newest - versionsBack)} to ${newest}`,
      `migrate it with the daemon of a release in between, or write it anew: watchbill init`,
    )
  return known
}

interface Found {
  readonly path: readonly PropertyKey[]
  /** Set when the key itself is wrong, not its value. */
  readonly key: string | null
  readonly what: string
  readonly mend: string
}

type Issue = z.core.$ZodIssue

const problemsOf = (issues: readonly Issue[], version: ConfigVersion, value: unknown): Found[] =>
  issues.flatMap((issue): Found[] => {
    const name = issue.path.length === 0 ? 'the file' : nameOf(issue.path)
    if (issue.code === 'unrecognized_keys') {
      const allowed = version.keys(issue.path, runtimeAt(value, issue.path))
      return issue.keys.map((key) => ({
        path: issue.path,
        key,
        ...unknownKey([...issue.path, key], key, allowed),
      }))
    }
    return [
      { path: issue.path, key: null, ...wrongValue(name, issue, valueAt(value, issue.path) === undefined) },
    ]
  })

const unknownKey = (path: readonly PropertyKey[], key: string, allowed: readonly string[]) => {
  const meant = nearest(key, allowed)
  const mend = meant === null ? `allowed here: ${allowed.join(', ')}` : `did you mean: ${meant}`
  return { what: `unknown key ${nameOf(path)}`, mend }
}

const wrongValue = (name: string, issue: Issue, absent: boolean): { what: string; mend: string } => {
  if (issue.code === 'invalid_type')
    return absent
      ? { what: `${name} is missing`, mend: `give it a ${issue.expected}` }
      : { what: `${name} is not a ${issue.expected}`, mend: `give it a ${issue.expected}` }
  if (issue.code === 'invalid_value')
    return { what: `${name} has an unknown value`, mend: `one of: ${issue.values.map(String).join(', ')}` }
  if (issue.code === 'too_small') return { what: `${name} is too small`, mend: `at least ${issue.minimum}` }
  if (issue.code === 'too_big') return { what: `${name} is too big`, mend: `at most ${issue.maximum}` }
  if (issue.code === 'invalid_union')
    return { what: `${name} is unknown`, mend: 'one of: kato, vak, skreaver, fluffy-waffle' }
  return { what: `${name} has a form that is not allowed`, mend: 'see docs/daemon.md for what it may be' }
}

const nameOf = (path: readonly PropertyKey[]): string =>
  path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .slice(1, 120)

const runtimeAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  valueAt(value, [...path.slice(0, 2), 'runtime'])

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown => {
  let at = value
  for (const part of path)
    at =
      typeof at === 'object' && at !== null
        ? Object.entries(at).find(([key]) => key === String(part))?.[1]
        : undefined
  return at
}

/** Where a value (or, with `key`, a key below it) stands in the text; the nearest place above where it is absent. */
const offsetOf = (document: Document, path: readonly PropertyKey[], key: string | null = null): number => {
  const names = path.filter((part) => typeof part !== 'symbol')
  const node = names.length === 0 ? document.contents : document.getIn(names, true)
  if (key !== null && isMap(node)) {
    const pair = node.items.find((each) => isScalar(each.key) && String(each.key.value) === key)
    if (pair !== undefined && isScalar(pair.key)) return pair.key.range?.[0] ?? 0
  }
  if (isNode(node)) return node.range?.[0] ?? 0
  return names.length === 0 ? 0 : offsetOf(document, names.slice(0, -1))
}

const oneLine = (text: string): string => (text.split('\n')[0] ?? '').slice(0, 200)
