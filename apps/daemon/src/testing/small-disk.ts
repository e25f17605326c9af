import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import { errorCode } from '../error-code.ts'

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

/** Takes what room is left on the disk at this path, to the last block. */
export const fillTheRest = (path: string): void => {
  const file = join(path, 'somebody-elses-file')
  try {
    for (;;) appendFileSync(file, 'x'.repeat(512))
  } catch (error) {
    if (errorCode(error) !== 'ENOSPC') throw error
  }
}
