import { execFile } from 'node:child_process'
import { cp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { ControlPlane } from './stack.ts'

const execute = promisify(execFile)

/** Does it while the control plane is down. */
export const stopped = async (plane: ControlPlane, work: () => Promise<unknown>) => {
  await plane.kill('SIGTERM')
  await work()
  await plane.restart()
}

/** What `demo tamper` does to the demo, to one entry: the last digit of its time is another one. */
const tampering = `
  import Database from 'libsql'
  const [file, seq] = process.argv.slice(1)
  const db = new Database(file)
  const guard = db.prepare("SELECT sql FROM sqlite_schema WHERE name = 'entries_no_update'").get()
  const { header } = db.prepare("SELECT header FROM entries WHERE workspace_id = 'default' AND seq = ?").get(Number(seq))
  const at = header.toString('latin1').search(/\\d,"type":/)
  header[at] = header[at] === 0x39 ? 0x30 : header[at] + 1
  db.exec('DROP TRIGGER entries_no_update')
  db.prepare("UPDATE entries SET header = ? WHERE workspace_id = 'default' AND seq = ?").run(header, Number(seq))
  db.exec(guard.sql)
`
export const changeDigit = async ({ data }: ControlPlane, seq: number) => {
  const [name = ''] = (await readdir(data)).filter((one) => one.endsWith('.db'))
  const args = ['--input-type=module', '-e', tampering, join(data, name), String(seq)]
  await execute(process.execPath, args, { cwd: fileURLToPath(new URL('../apps/api/', import.meta.url)) })
}

/** The database and nothing else, as a careless restore does. */
export const replace = async (data: string, copy: string) => {
  const files = async (folder: string) => (await readdir(folder)).filter((name) => name.includes('.db'))
  for (const name of await files(data)) await rm(join(data, name))
  for (const name of await files(copy)) await cp(join(copy, name), join(data, name))
  await rm(copy, { recursive: true })
}
