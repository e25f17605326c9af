import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { afterEach } from 'vitest'

const mounted: string[] = []

afterEach(() => {
  for (const path of mounted.splice(0)) execFileSync('umount', ['-l', path])
})

/** Puts a disk of so many KiB at this path; false where this user may not. It goes when the test ends. */
export const mountSmallDisk = (path: string, kibibytes: number): boolean => {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kibibytes}k,mode=0700`, 'tmpfs', path], {
      stdio: 'ignore',
    })
  } catch {
    return false
  }
  mounted.push(path)
  return true
}
