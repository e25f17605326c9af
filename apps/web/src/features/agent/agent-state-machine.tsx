import type { AgentDetail, MachineState } from '@watchbill/contract/agents'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { Section } from '../../ui/section.tsx'
import { UntrustedText } from '../../ui/untrusted-text.tsx'

/** Every state the runtime can be in, in its own order, and the one it is in. Nothing where it is no state machine. */
export function AgentStateMachine({ machineState }: Pick<AgentDetail, 'machineState'>) {
  if (machineState === null) return null
  return (
    <Section label="State machine" aside={<Since machineState={machineState} />}>
      <ol className="flex flex-wrap gap-y-2 px-4 py-3">
        {machineState.states.map((state, index) => {
          const current = state === machineState.current
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: the states of one report never move
            <li key={index} aria-current={current ? 'step' : undefined} className="flex flex-col gap-1">
              <Station current={current} last={index === machineState.states.length - 1} />
              <span className={`pr-4 ${current ? 'font-semibold' : 'text-muted'}`}>
                <UntrustedText text={state} />
                {current && <span className="sr-only">, the current state</span>}
              </span>
            </li>
          )
        })}
      </ol>
    </Section>
  )
}

function Since({ machineState: { since } }: { machineState: MachineState }) {
  if (since === null) return null
  return (
    <>
      entered <RelativeTime at={since} />
    </>
  )
}

/** One stop of a line: full where the machine is, a ring elsewhere; the line runs on to the next stop. */
function Station({ current, last }: { current: boolean; last: boolean }) {
  return (
    <span className="flex items-center">
      <svg
        viewBox="0 0 12 12"
        width="12"
        height="12"
        aria-hidden="true"
        className={current ? 'text-working' : 'text-muted'}
      >
        <circle
          cx="6"
          cy="6"
          r={current ? 5 : 4}
          fill={current ? 'currentColor' : 'none'}
          stroke="currentColor"
          strokeWidth="1.5"
        />
      </svg>
      {!last && <span className="h-px min-w-4 flex-1 bg-rule-strong" />}
    </span>
  )
}
