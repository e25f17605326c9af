import type { AgentDetail, Component } from '@watchbill/contract/agents'
import { Section } from '../../ui/section.tsx'
import { type Mark, StateMark } from '../../ui/state-mark.tsx'
import { UntrustedText } from '../../ui/untrusted-text.tsx'
import { componentsAside } from './components-aside.ts'

const marks: Readonly<Record<Component['status'], Mark>> = {
  healthy: 'pass',
  degraded: 'warn',
  unhealthy: 'fail',
  unknown: 'stale',
}

/** The parts the runtime names, each with its health and the reason it gives. Nothing where it names none. */
export function AgentComponents({ components }: Pick<AgentDetail, 'components'>) {
  if (components.length === 0) return null
  return (
    <Section label="Components" aside={componentsAside(components)}>
      <ul className="py-1">
        {components.map(({ name, status, reason }, index) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: two components of one report may share a name
            key={index}
            className="grid grid-cols-[6.5rem_minmax(0,1fr)] gap-x-2 px-4 py-1 sm:grid-cols-[6.5rem_12rem_minmax(0,1fr)]"
          >
            <StateMark state={marks[status]} word={status} source="reported" />
            <span className="wrap-anywhere">
              <UntrustedText text={name} />
            </span>
            {reason !== null && (
              <span className="wrap-anywhere max-sm:col-start-2">
                <UntrustedText text={reason} max={300} />
              </span>
            )}
          </li>
        ))}
      </ul>
    </Section>
  )
}
