import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDocument } from 'yaml'
import { testFolder } from '../testing/folder.ts'
import { ConfigError, type Problem } from './config-error.ts'
import { loadConfig, parseConfig } from './load.ts'
import { migrateConfig, rewriteConfig } from './migrate.ts'
import { readConfig } from './read.ts'
import { configTemplate } from './template.ts'
import { type ConfigVersion, configVersions } from './versions.ts'

const home = '/home/someone'
const fixture = (name: string) =>
  readFile(fileURLToPath(new URL(`testdata/${name}`, import.meta.url)), 'utf8')
const parse = (text: string) => parseConfig('config.yaml', text, home)

const problemsOf = (work: () => unknown): readonly Problem[] => {
  try {
    work()
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  throw new Error('nothing was refused')
}

describe('what a config says', () => {
  it('is the defaults without a file, and with the file that init writes', async () => {
    const none = await loadConfig(join(await testFolder(), 'config.yaml'), home)
    expect(none).toEqual({
      version: 2,
      payload: null,
      providerSessionRoots: {},
      runtimes: [],
      spool: { maxBytes: 33_554_432 },
      flags: { claudeAgents: true, export: true, watch: true },
    })
    expect(parse(configTemplate)).toEqual(none)
  })

  it('holds in the template for every setting once its comment mark is gone', () => {
    const bare = configTemplate.replace(/^# ((?: *-? *)[a-zA-Z-]+:.*)$/gm, (line, setting: string) =>
      /^(Check it|What|Unless)/.test(setting) ? line : setting,
    )
    const config = parse(bare)
    expect(config.runtimes.map(({ runtime }) => runtime)).toEqual([
      'kato',
      'vak',
      'skreaver',
      'fluffy-waffle',
    ])
    expect(config.payload).toBe('request')
    expect(config.providerSessionRoots).toHaveProperty('codex')
  })

  it('starts `~` and relative paths at home, fills what is left out, and cannot be changed', async () => {
    const config = parse(await fixture('v2-full.yaml'))
    expect(config).toMatchObject({
      payload: 'content',
      providerSessionRoots: { 'claude-code': ['/home/someone/.claude/projects', '/srv/claude'], codex: [] },
      runtimes: [
        {
          runtime: 'kato',
          name: 'kato',
          path: '/home/someone/.kato/runtime',
          everyMs: 10_000,
          timeoutMs: 5000,
        },
        {
          runtime: 'vak',
          name: 'kernel',
          url: 'http://127.0.0.1:8080',
          tokenFile: null,
          privateNetwork: false,
        },
        { runtime: 'skreaver', tokenFile: '/home/someone/.token', privateNetwork: true, everyMs: 30_000 },
        { runtime: 'fluffy-waffle', path: null, socket: '/run/kernel.sock' },
      ],
      flags: { claudeAgents: false, export: true, watch: true },
    })
    expect(() => Reflect.set(config.spool, 'maxBytes', 1) || fail()).toThrow()
  })
})

const fail = (): never => {
  throw new Error('frozen')
}

describe('what a config must not say', () => {
  it.each([
    ['version: 2\npaylod: none\n', 2, 1, 'unknown key paylod', 'did you mean: payload'],
    ['version: 2\nflags:\n  claudeAgent: true\n', 3, 3, 'unknown key flags.claudeAgent', 'claudeAgents'],
    ['version: 2\nspool: { maxbytes: 2000000 }\n', 2, 10, 'unknown key spool.maxbytes', 'maxBytes'],
    [
      'version: 2\nruntimes:\n  - runtime: vak\n    uri: http://x\n    url: http://x\n',
      4,
      5,
      'unknown key runtimes[0].uri',
      'url',
    ],
    [
      'version: 2\nruntimes:\n  - runtime: kat\n    path: x\n',
      3,
      14,
      'runtimes[0].runtime is unknown',
      'kato, vak',
    ],
    [
      'version: 2\nproviderSessionRoots:\n  claude: [x]\n',
      3,
      3,
      'unknown key providerSessionRoots.claude',
      'claude-code',
    ],
    ['version: 2\npayload: everything\n', 2, 10, 'payload has an unknown value', 'none, request, content'],
    ['version: 2\nspool:\n  maxBytes: 3\n', 3, 13, 'spool.maxBytes is too small', 'at least 1048576'],
    ['version: 2\nflags:\n  export: "yes"\n', 3, 11, 'flags.export is not a boolean', 'boolean'],
    [
      'version: 2\nruntimes:\n  - runtime: vak\n    url: ftp://x\n',
      4,
      10,
      'runtimes[0].url has a form',
      'docs/daemon.md',
    ],
    ['version: 2\nruntimes:\n  - runtime: vak\n', 3, 5, 'runtimes[0].url is missing', 'string'],
    ['version: 2\n__proto__: 1\n', 2, 1, 'unknown key __proto__', 'allowed here'],
    ['payload: none\n', 1, 1, 'the version is missing', 'begin the file with: version: 2'],
    ['version: "2"\n', 1, 10, 'the version is not a whole number', 'version: 2'],
    ['version: 2\nversion: 2\n', 2, 1, 'Map keys must be unique', 'YAML'],
    ['version: 2\npayload: [\n', 3, 1, 'Flow sequence', 'YAML'],
    ['version: 2\n--- \nversion: 2\n', 2, 1, 'Source contains multiple documents', 'YAML'],
    ['version: !!int 2\nflags: !own {}\n', 2, 8, 'Unresolved tag', 'YAML'],
    ['', 1, 1, 'the version is missing', 'version: 2'],
  ])('%j', (text, line, column, what, mend) => {
    const [first] = problemsOf(() => parse(text))
    expect(first).toMatchObject({ what: expect.stringContaining(what), mend: expect.stringContaining(mend) })
    expect([first?.line, first?.column]).toEqual([line, column])
  })

  it('names all unknown keys at once, follows no alias, and takes no file of another size or kind', async () => {
    expect(problemsOf(() => parse('version: 2\nflag: {}\nspol: {}\n')).map(({ mend }) => mend)).toEqual([
      'did you mean: flags',
      'did you mean: spool',
    ])
    expect(problemsOf(() => parse('version: 2\nflags: &a {}\nspool: *a\n'))[0]?.what).toContain('aliases')
    expect(problemsOf(() => parse(`version: 2\n#${'x'.repeat(300_000)}\n`))[0]?.what).toContain('256 KiB')
    const folder = await testFolder()
    await expect(loadConfig(folder, home)).rejects.toThrow('EISDIR')
  })

  it('needs one way to a Fluffy Waffle and a name for each runtime', () => {
    const both = 'version: 2\nruntimes:\n  - { runtime: fluffy-waffle, path: a, socket: b }\n'
    expect(problemsOf(() => parse(both))[0]?.what).toContain('a path or a socket')
    const twice = 'version: 2\nruntimes:\n  - { runtime: kato, path: a }\n  - { runtime: kato, path: b }\n'
    expect(problemsOf(() => parse(twice))[0]?.what).toContain('two runtimes are named kato')
  })

  it('throws nothing but ConfigError, whatever the text', () => {
    const piece = fc.constantFrom(
      'version',
      ': ',
      '2',
      '\n',
      '  ',
      '- ',
      '[',
      ']',
      '{',
      '}',
      '"',
      '&a',
      '*a',
      '!x',
      '#',
      '|',
      'flags',
      'runtimes',
      '?',
      '\u0000',
    )
    const text = fc.oneof(
      fc.array(piece, { maxLength: 30 }).map((all) => all.join('')),
      fc.string(),
    )
    fc.assert(
      fc.property(text, (given) => {
        try {
          parse(given)
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError)
        }
      }),
      { numRuns: process.env.WATCHBILL_DRILLS === '1' ? 20_000 : 2000 },
    )
  })
})

/** A daemon from the future: two more versions, each with one more key. */
const later = (version: number): ConfigVersion => {
  const newest = configVersions.at(-1)
  if (newest === undefined) throw new Error('no versions')
  return {
    ...newest,
    version,
    schema: { ...newest.schema, safeParse: (value: unknown) => ({ success: true, data: value }) } as never,
    up: (document) => document.set('version', version),
    down: (document) => {
      document.set('version', version - 1)
      return []
    },
  }
}

describe('the promise between versions: N reads N-1 and N-2, and N-1 and N-2 say clearly that they cannot read N', () => {
  it('reads a version 1 as the version 2 that means the same', async () => {
    expect(parse(await fixture('v1-full.yaml'))).toEqual(parse(await fixture('v2-from-v1.yaml')))
    expect(parse(await fixture('v1-least.yaml'))).toEqual(parse('version: 2\n'))
    expect(problemsOf(() => parse('version: 1\nsesionRoots: {}\n'))[0]).toMatchObject({
      line: 2,
      mend: 'did you mean: sessionRoots',
    })
    expect(problemsOf(() => parse('version: 1\nflags: {}\n'))[0]?.what).toBe('unknown key flags')
  })

  it('is refused whole by an older daemon, with the way out', async () => {
    const newer = await fixture('v3-future.yaml')
    expect(problemsOf(() => parse(newer))[0]).toEqual({
      line: 2,
      column: 10,
      what: 'this config is version 3, and this daemon reads up to version 2',
      mend: expect.stringContaining('watchbill config migrate --to 2'),
    })
    const old = configVersions.slice(0, 1)
    const full = await fixture('v2-full.yaml')
    expect(problemsOf(() => readConfig('config.yaml', full, old))[0]?.what).toContain('reads up to version 1')
  })

  it('reads two versions back and not three', async () => {
    const v1 = await fixture('v1-full.yaml')
    const upTo3 = [...configVersions, later(3)]
    const upTo4 = [...upTo3, later(4)]
    expect(readConfig('config.yaml', v1, upTo3)).toMatchObject({ version: 1, newest: 3 })
    expect(readConfig('config.yaml', await fixture('v2-full.yaml'), upTo4)).toMatchObject({ version: 2 })
    expect(problemsOf(() => readConfig('config.yaml', v1, upTo4))[0]).toMatchObject({
      what: 'this config is version 1, and this daemon reads versions 2 to 4',
    })
  })

  it('goes back for an older daemon, and back again, without a loss or not at all', async () => {
    const v1 = await fixture('v1-full.yaml')
    const up = rewriteConfig('config.yaml', v1, 2).text
    expect(up).toContain('# who may see what')
    const down = rewriteConfig('config.yaml', up, 1).text
    expect(parseDocument(down).toJS()).toEqual(parseDocument(v1).toJS())
    expect(() => readConfig('config.yaml', down, configVersions.slice(0, 1))).not.toThrow()
    const full = await fixture('v2-full.yaml')
    expect(problemsOf(() => rewriteConfig('config.yaml', full, 1))[0]?.what).toBe(
      'version 1 cannot say: payload: content, runtimes, flags.claudeAgents',
    )
    expect(problemsOf(() => rewriteConfig('config.yaml', full, 7))[0]?.what).toContain('no version 7')
  })

  it('rewrites the file with a backup that is never written over', async () => {
    const folder = await testFolder()
    const path = join(folder, 'config.yaml')
    const v1 = await fixture('v1-full.yaml')
    await writeFile(path, v1)
    expect(await migrateConfig(path, 2)).toEqual({ from: 1, to: 2, backup: `${path}.v1.bak` })
    expect(await readFile(`${path}.v1.bak`, 'utf8')).toBe(v1)
    expect(await loadConfig(path, home)).toEqual(parse(v1))
    expect((await stat(path)).mode & 0o077).toBe(0)
    expect(await migrateConfig(path, 2)).toEqual({ from: 2, to: 2, backup: null })
    await writeFile(path, v1)
    expect(await migrateConfig(path, 2)).toMatchObject({ backup: `${path}.v1.bak.1` })
    expect((await readdir(folder)).sort()).toEqual([
      'config.yaml',
      'config.yaml.v1.bak',
      'config.yaml.v1.bak.1',
    ])
    await expect(migrateConfig(join(folder, 'none'), 2)).rejects.toThrow('no such file')
  })

  it('leaves the file as it was when the backup cannot be written', async () => {
    // As long as a name may be: the backup's would be longer.
    const path = join(await testFolder(), 'c'.repeat(255))
    await writeFile(path, 'version: 1\n')
    await expect(migrateConfig(path, 2)).rejects.toThrow('ENAMETOOLONG')
    expect(await readFile(path, 'utf8')).toBe('version: 1\n')
  })
})
