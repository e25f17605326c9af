import { readFileSync } from 'node:fs'

/** Does this process run, and may we signal it? A dead one nobody has collected yet (a zombie) does not run. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  if (process.platform !== 'linux') return true
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return !/^[ZX]/.test(text.slice(text.lastIndexOf(')') + 2))
  } catch {
    return false
  }
}
