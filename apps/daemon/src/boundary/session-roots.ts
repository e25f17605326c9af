import { isAbsolute, join, resolve } from 'node:path'
import type { SessionFormat, SessionRoot } from '@watchbill/runtimes'

/** Folders with session files by runtime, `{ codex: ['/srv/codex/sessions'] }`: they replace that runtime's own. */
export type ProviderSessionRoots = Readonly<Record<string, readonly string[]>>

export interface Surroundings {
  readonly home: string
  readonly env: NodeJS.ProcessEnv
  /** From the configuration; a runtime that is not named keeps the roots of its format. An empty list watches nothing. */
  readonly providerSessionRoots?: ProviderSessionRoots
}

/** One folder the daemon may read session files in, as given: absolute, links not resolved. */
export interface SessionFolder {
  readonly format: SessionFormat
  /** The runtime's own folder, `~/.claude`. */
  readonly base: string
  /** Folder with session files, `~/.claude/projects`. */
  readonly path: string
  /** The part of `path` below `base`; empty where the configuration named a folder of another shape. */
  readonly sub: string
}

/** Every folder sessions may lie in, in table order. Nothing else is ever opened for reading sessions. */
export const sessionFolders = (
  formats: readonly SessionFormat[],
  surroundings: Surroundings,
): SessionFolder[] =>
  formats.flatMap((format) => {
    const given = surroundings.providerSessionRoots
    const own =
      given !== undefined && Object.hasOwn(given, format.runtime) ? given[format.runtime] : undefined
    if (own !== undefined)
      return own.filter(isUsable).map((path) => configured(format, path, surroundings.home))
    return format.roots.flatMap((root) =>
      basesOf(root, surroundings).map((base) => ({
        format,
        base,
        path: join(base, root.sub),
        sub: root.sub,
      })),
    )
  })

/** The variable replaces the default when set; some tools accept a comma list in it. Relative paths start at home. */
const basesOf = (root: SessionRoot, { home, env }: Surroundings): string[] => {
  const value = root.env === null ? undefined : env[root.env]
  const named = (value ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(isUsable)
  return named.length === 0 ? [join(home, root.home)] : named.map((part) => absolute(part, home))
}

const configured = (format: SessionFormat, given: string, home: string): SessionFolder => {
  const path = absolute(given, home)
  const sub = format.roots.map((root) => root.sub).find((each) => path.endsWith(`/${each}`)) ?? ''
  return { format, base: sub === '' ? path : path.slice(0, -sub.length - 1), path, sub }
}

const isUsable = (path: string): boolean => path !== '' && !path.includes('\0')

/** `~` and relative paths start at the home folder; `..` and doubled slashes are resolved by name. */
const absolute = (path: string, home: string): string =>
  isAbsolute(path) ? resolve(path) : resolve(home, path.replace(/^~(\/|$)/, './'))
