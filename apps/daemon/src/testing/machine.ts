import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { buildProgram } from './bundle.ts'
import { testFolder } from './folder.ts'
import { type Ended, run } from './program.ts'
import { Sink } from './sink.ts'

/** One machine: a home folder, a data folder, the built program, and a control plane to report to. */
export interface Machine {
  readonly home: string
  readonly data: string
  readonly sink: Sink
  readonly env: Readonly<Record<string, string>>
  watchbill(args: readonly string[], input?: string): Promise<Ended>
  /** Enrols and starts; answers with the daemon's pid. */
  begin(): Promise<number>
}

let program = ''
const made: Machine[] = []

/** Builds the program once for a test file, and stops every daemon and sink a test leaves behind. */
export const withMachines = (): (() => Promise<Machine>) => {
  beforeAll(async () => {
    program = await buildProgram()
  })
  afterAll(async () => {
    // A build that failed leaves no folder: the dirname of nothing is the working directory.
    if (program !== '')
      await rm(dirname(dirname(dirname(dirname(program)))), { recursive: true, force: true })
  })
  afterEach(async () => {
    for (const machine of made.splice(0)) {
      await machine.watchbill(['stop'])
      await machine.sink.close()
    }
  })
  return createMachine
}

const createMachine = async (): Promise<Machine> => {
  const sink = new Sink()
  await sink.open()
  const home = await testFolder()
  const data = join(await testFolder(), 'data')
  const env = { HOME: home, WATCHBILL_DATA: data }
  const watchbill = (args: readonly string[], input = '') => run(program, args, env, input)
  const begin = async () => {
    const enrolled = await watchbill(['enroll', '--api', sink.url], 'test_token_123456')
    if (enrolled.code !== 0) throw new Error(enrolled.err)
    return startedPid(await watchbill(['start', '--json']))
  }
  const machine = { home, data, sink, env, watchbill, begin }
  made.push(machine)
  return machine
}

/** The pid in the answer to `start --json`. */
export const startedPid = ({ out, err }: Ended): number => {
  const answer: unknown = out === '' ? null : JSON.parse(out)
  if (typeof answer !== 'object' || answer === null || !('pid' in answer))
    throw new Error(`no pid: ${out}${err}`)
  return Number(answer.pid)
}

/** Where the built program lies. */
export const programPath = (): string => program
