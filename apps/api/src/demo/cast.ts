import { derivedId } from '@watchbill/contract/ids'
import { createRandom } from './random.ts'

export interface DemoMachine {
  readonly id: string
  readonly name: string
  readonly os: 'linux' | 'darwin'
  /** The one that fell silent hours ago. */
  readonly silent: boolean
}

/** `waits`, `loops` and `unreadable` are one agent each; the others are there to be looked through. */
type Part = 'waits' | 'loops' | 'unreadable' | 'extra'

export interface DemoAgent {
  readonly id: string
  readonly machine: DemoMachine
  readonly runtime: string
  readonly name: string
  readonly owner: string
  readonly version: string
  readonly project: string
  readonly branch: string
  readonly model: string | null
  readonly part: Part
  /** Share of the time it works while it is up, 0 to 1. */
  readonly diligence: number
  /** Not running today. */
  readonly off: boolean
}

const agentTotal = 200
const silentAgents = 6

const machineNames = [
  ...['atlas', 'borealis', 'cinder', 'delta', 'ember', 'fjord', 'garnet'],
  ...['harbor', 'indigo', 'juniper', 'kestrel', 'lumen', 'mesa', 'nimbus'],
]

const runtimes = [
  { runtime: 'claude-code', name: 'Claude Code', version: '2.1.14', share: 70, model: 'claude-opus-4-5' },
  { runtime: 'codex', name: 'Codex', version: '0.61.0', share: 40, model: 'gpt-5.1-codex' },
  { runtime: 'gemini-cli', name: 'Gemini CLI', version: '0.17.1', share: 22, model: 'gemini-3-pro' },
  { runtime: 'copilot-cli', name: 'Copilot CLI', version: '0.0.361', share: 22, model: 'gpt-5.1' },
  { runtime: 'kato', name: 'Kato', version: '0.9.2', share: 14, model: null },
  { runtime: 'vak', name: 'VAK', version: '1.4.0', share: 12, model: null },
  { runtime: 'skreaver', name: 'Skreaver', version: '0.5.0', share: 11, model: null },
  { runtime: 'fluffy-waffle', name: 'Fluffy Waffle', version: '0.3.1', share: 9, model: null },
] as const

const owners = [
  'ana',
  'bela',
  'chidi',
  'dora',
  'emre',
  'fumi',
  'gita',
  'hugo',
  'ines',
  'jun',
  'kofi',
  'lena',
] as const
const projects = [
  ...(['acme/api', 'acme/web', 'acme/billing', 'acme/mobile'] as const),
  ...(['acme/infra', 'acme/search', 'acme/docs', 'acme/data'] as const),
] as const
const branches = [
  'main',
  'fix/flaky-login',
  'feat/export',
  'chore/deps',
  'feat/search-facets',
  'fix/rounding',
] as const

/** Everyone in the story, the same for one seed: 14 machines, 200 agents. */
export const castOf = (seed: string): { machines: DemoMachine[]; agents: DemoAgent[] } => {
  const machines = machineNames.map(
    (name, index): DemoMachine => ({
      id: derivedId('mch', createRandom(`${seed} machine ${index}`).bytes(16)),
      name,
      os: index % 3 === 0 ? 'darwin' : 'linux',
      silent: index === machineNames.length - 1,
    }),
  )
  const hands = runtimes.flatMap((runtime) => Array.from({ length: runtime.share }, () => runtime))
  const agents = spread(hands, seed).map((runtime, index) => agentOf(seed, machines, runtime, index))
  return { machines, agents }
}

/** Fisher-Yates, so that no machine gets one runtime only. */
const spread = <T>(items: readonly T[], seed: string): T[] => {
  const random = createRandom(`${seed} spread`)
  const out = [...items]
  for (let last = out.length - 1; last > 0; last -= 1) {
    const other = random.between(0, last)
    const [a, b] = [out[last], out[other]]
    if (a !== undefined && b !== undefined) [out[last], out[other]] = [b, a]
  }
  return out
}

/** Leading places hold the parts; which runtime plays them is fixed, since the story names it. */
const parts: readonly { part: Part; runtime: (typeof runtimes)[number]; project: string; branch: string }[] =
  [
    { part: 'waits', runtime: runtimes[0], project: 'acme/api', branch: 'fix/flaky-login' },
    { part: 'loops', runtime: runtimes[1], project: 'acme/web', branch: 'feat/search-facets' },
    { part: 'unreadable', runtime: runtimes[4], project: 'acme/infra', branch: 'main' },
  ]

const agentOf = (
  seed: string,
  machines: readonly DemoMachine[],
  shuffled: (typeof runtimes)[number],
  index: number,
): DemoAgent => {
  const random = createRandom(`${seed} agent ${index}`)
  const scripted = parts[index]
  const { runtime, name, version, model } = scripted?.runtime ?? shuffled
  const owner = owners[index % owners.length] ?? owners[0]
  const [project, branch] = [random.pick(projects), random.pick(branches)]
  return {
    id: derivedId('agt', random.bytes(16)),
    machine: machineOf(machines, index),
    runtime,
    name: `${name} (${owner})`,
    owner,
    version,
    model,
    project: scripted?.project ?? project,
    branch: scripted?.branch ?? branch,
    part: scripted?.part ?? 'extra',
    diligence: random.next() ** 1.5,
    off: scripted === undefined && index < agentTotal - silentAgents && random.next() < 0.22,
  }
}

/** The last few agents live on the silent machine, the others go round. */
const machineOf = (machines: readonly DemoMachine[], index: number): DemoMachine => {
  const place = index >= agentTotal - silentAgents ? machines.length - 1 : index % (machines.length - 1)
  const machine = machines[place]
  if (!machine) throw new Error('the cast has more places than machines')
  return machine
}
