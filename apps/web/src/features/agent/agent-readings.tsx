'use client'

import type { AgentDetail, Reading } from '@watchbill/contract/agents'
import { AbsoluteTime } from '../../ui/absolute-time.tsx'
import { Cell, DataTable, HeadCell, Row } from '../../ui/data-table.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { Section } from '../../ui/section.tsx'
import { SourceMark } from '../../ui/source-mark.tsx'
import { UntrustedText } from '../../ui/untrusted-text.tsx'
import { readingFigure } from './reading-figure.ts'

/** Every value the agent last had, with how it is known and how old it is. */
export function AgentReadings({ agent }: { agent: AgentDetail }) {
  return (
    <Section label="Values" aside="dotted is reported, ~ is inferred">
      <DataTable
        label="Values with source and age"
        head={
          <>
            <HeadCell>Name</HeadCell>
            <HeadCell>Value</HeadCell>
            <HeadCell>Source</HeadCell>
            <HeadCell>Age</HeadCell>
          </>
        }
      >
        {[...ownReadings(agent), ...agent.readings].map((reading, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two readings of one snapshot may share a name
          <ReadingRow key={index} reading={reading} />
        ))}
      </DataTable>
    </Section>
  )
}

/** What the snapshot itself says, in the same form as the readings. */
function ownReadings(agent: AgentDetail): Reading[] {
  const own = (name: string, value: string | null): Reading => ({
    name,
    value,
    unit: null,
    source: agent.source,
    at: agent.observedAt,
  })
  return [own('runtime', agent.runtime), own('version', agent.version), own('owner', agent.owner)]
}

function ReadingRow({ reading }: { reading: Reading }) {
  return (
    <Row>
      <Cell>
        <UntrustedText text={reading.name} />
      </Cell>
      <Cell>
        <SourceMark source={reading.source} at={reading.at}>
          <ReadingValue value={reading.value} unit={reading.unit} />
        </SourceMark>
        <ReadingUnit reading={reading} />
      </Cell>
      <Cell>{reading.source}</Cell>
      <Cell>
        <RelativeTime at={reading.at} />
        <span className="max-sm:hidden text-muted">
          {' · '}
          <AbsoluteTime at={reading.at} />
        </span>
      </Cell>
    </Row>
  )
}

/** A value that is not known is "–", never 0 or "no". */
function ReadingValue({ value, unit }: Pick<Reading, 'value' | 'unit'>) {
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'number') {
    return (
      <span className="figures" title={String(value)}>
        {readingFigure(value, unit).text}
      </span>
    )
  }
  return <UntrustedText text={value} />
}

function ReadingUnit({ reading: { value, unit } }: { reading: Reading }) {
  const shown = typeof value === 'number' ? readingFigure(value, unit).unit : unit
  if (shown === null || value === null) return null
  return (
    <span className="text-muted">
      {' '}
      <UntrustedText text={shown} />
    </span>
  )
}
