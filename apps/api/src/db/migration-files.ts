import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Migration {
  /** File name without `.sql`; ids sort in the order of application. */
  readonly id: string
  readonly sql: string
  /** SHA-256 of the file's bytes, hex. */
  readonly sha256: string
  /** `<id>.down.sql`, where there is one. */
  readonly down: string | null
}

/** Reads `drizzle/*.sql`. Throws when two files share a number: their order would depend on their names. */
export const readMigrations = (folder = findMigrationsFolder()): Migration[] => {
  const files = readdirSync(folder).filter((name) => /^\d{4}_.+\.sql$/.test(name))
  const ups = files.filter((name) => !name.endsWith('.down.sql')).sort()
  const numbers = new Set(ups.map((name) => name.slice(0, 4)))
  if (numbers.size !== ups.length) throw new Error(`two migrations in ${folder} share a number`)
  return ups.map((name) => {
    const id = name.slice(0, -'.sql'.length)
    const bytes = readFileSync(join(folder, name))
    const down = `${id}.down.sql`
    return {
      id,
      sql: bytes.toString('utf8'),
      sha256: createHash('sha256').update(bytes).digest('hex'),
      down: files.includes(down) ? readFileSync(join(folder, down), 'utf8') : null,
    }
  })
}

/** The `drizzle` folder above this file, whether it runs from src/ or bundled in dist/. */
const findMigrationsFolder = (): string => {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const candidate = join(folder, 'drizzle')
    if (existsSync(join(candidate, '0001_base.sql'))) return candidate
    if (folder === dirname(folder)) throw new Error('no drizzle folder above the program')
  }
}
