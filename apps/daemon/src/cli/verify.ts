import { hash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { merkle } from '@watchbill/ledger'
import { errorCode, errorText } from '../error-code.ts'
import { OutboundError } from '../outbound/outbound-error.ts'
import { folderSource, linkSource } from '../verify/log-source.ts'
import { createMemory } from '../verify/memory.ts'
import { type Policy, PolicyError, parsePolicy } from '../verify/policy.ts'
import { releasedScripts } from '../verify/released-scripts.ts'
import { formatReport, holds, type Report } from '../verify/report.ts'
import { ClosedLinkError, openShare, PinError, parseShareLink } from '../verify/share-link.ts'
import { isPin } from '../verify/trusted-keys.ts'
import { verifyFile } from '../verify/verify-file.ts'
import { type VerifyOptions, verifyLog } from '../verify/verify-log.ts'
import { verifyShare } from '../verify/verify-share.ts'
import { Failure } from './failure.ts'
import { handOver } from './handover.ts'
import { type Options, parseOptions } from './options.ts'
import { stateFolder } from './state-folder.ts'
import type { Terminal } from './terminal.ts'

/**
 * `verify <file | folder | link | workspace>`: checks a log, an entry, a share, an archive or an export with this program's own
 * code. Exit code 0: it holds; 1: it is contradicted, fails, or cannot be checked; 2: asked wrongly. A workspace is checked by
 * the control plane's own console.
 */
export const verifyAt = async (
  bundleUrl: string,
  args: readonly string[],
  terminal: Terminal,
): Promise<number> => {
  const options = parseOptions('verify', args, ['json', 'key', 'policy'], '<file|folder|link|workspace>')
  const target = options.operand
  if (target === null) throw asked('nothing to verify was named')
  const kind = await kindOf(target)
  if (kind === 'workspace') return handOver(['verify', ...args], bundleUrl, terminal)
  // Three times as fast as the portable code; checked against its vectors before it is used.
  merkle.useSha256((bytes) => hash('sha256', bytes, 'binary'))
  const report = await check(target, kind, await readOptions(options, terminal), terminal)
  terminal.out(options.json ? JSON.stringify({ holds: holds(report), ...report }) : formatReport(report))
  return holds(report) ? 0 : 1
}

type Kind = 'file' | 'folder' | 'link' | 'workspace'

const kindOf = async (target: string): Promise<Kind> => {
  if (/^https?:\/\//i.test(target)) return 'link'
  const found = await stat(target).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return null
    throw new Failure('verify: it cannot be opened', errorText(error), 'check the path and its rights')
  })
  if (found !== null) return found.isDirectory() ? 'folder' : 'file'
  if (/^[a-z][a-z0-9-]{0,39}$/.test(target)) return 'workspace'
  throw asked(`there is no file or folder ${JSON.stringify(target.slice(0, 200))}, and it is no link`)
}

const asked = (why: string): Failure =>
  new Failure(
    'verify: what should be verified is not clear',
    why,
    'watchbill verify <file|folder|link|workspace>',
    2,
  )

const readOptions = async (options: Options, terminal: Terminal): Promise<VerifyOptions> => {
  if (options.key !== null && !isPin(options.key)) {
    const mend = '--key <name+hash+key>, or --key <43 characters of its fingerprint>'
    throw new Failure('verify: --key is not understood', 'it is no verifier key and no fingerprint', mend, 2)
  }
  return {
    pin: options.key,
    policy: options.policy === null ? null : await readPolicy(options.policy),
    memory: createMemory(join(stateFolder(terminal.env), 'seen')),
    onProgress: createProgress(terminal),
  }
}

const readPolicy = async (path: string): Promise<Policy> => {
  try {
    return parsePolicy(await readFile(path, 'utf8'))
  } catch (error) {
    const why = error instanceof PolicyError ? `${path}, ${error.message}` : errorText(error)
    throw new Failure('verify: the policy cannot be used', why, 'see C2SP tlog-policy', 2)
  }
}

/** To a person at a terminal only, at most four times a second. */
const createProgress = (terminal: Terminal) => {
  if (!process.stderr.isTTY) return () => {}
  let saidAt = Date.now()
  return (done: number, of: number): void => {
    if (Date.now() - saidAt < 250) return
    saidAt = Date.now()
    terminal.err(`${done.toLocaleString('en')} of ${of.toLocaleString('en')} entries checked`)
  }
}

const check = async (
  target: string,
  kind: Exclude<Kind, 'workspace'>,
  options: VerifyOptions,
  terminal: Terminal,
): Promise<Report> => {
  try {
    if (kind === 'file') return await verifyFile(target, options)
    if (kind === 'folder') return await verifyLog(folderSource(resolve(target)), false, options)
    const share = parseShareLink(target)
    if (share === null) return await verifyLog(linkSource(target), true, options)
    terminal.err('This opens the link as a visitor does: it is counted, and recorded in the log.')
    const source = { where: share.shown, pin: share.pin, live: true, ...(await openShare(share)) }
    return await verifyShare(source, options, releasedScripts())
  } catch (error) {
    if (error instanceof PinError)
      throw new Failure('verify: the link is not whole', error.message, 'copy it whole, in single quotes', 2)
    if (error instanceof ClosedLinkError)
      throw new Failure(
        'verify: the link does not open',
        'it has expired, was revoked or is mistyped; the server does not tell which',
        'copy it whole, or ask whoever sent it for a new one',
      )
    const mend =
      error instanceof OutboundError
        ? 'check the link; a log that is not published answers only its own readers, a share can be kept as a file'
        : 'try again; nothing was proven and nothing contradicted'
    throw new Failure('verify: it could not be checked', errorText(error), mend)
  }
}
