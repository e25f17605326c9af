'use client'

import type { Machine } from '@watchbill/contract/machines'
import Link from 'next/link'
import { useNow } from '../../lib/clock.ts'
import { useLinks } from '../../lib/links.ts'
import { Cell, DataTable, HeadCell, Row } from '../../ui/data-table.tsx'
import { Quantity } from '../../ui/quantity.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { StateMark } from '../../ui/state-mark.tsx'
import { UntrustedText } from '../../ui/untrusted-text.tsx'
import { isSilent } from './machine-sentence.ts'

/** Every machine that ever joined: does it still report, with which daemon, since when. */
export function MachineTable({ machines }: { machines: readonly Machine[] }) {
  const now = useNow()
  const links = useLinks()
  if (machines.length === 0) {
    return <p className="px-4 py-2.5 text-muted">None. Add the first one below.</p>
  }
  return (
    <DataTable
      label="Each machine"
      head={
        <>
          <HeadCell>State</HeadCell>
          <HeadCell>Machine</HeadCell>
          <HeadCell figure>Last seen</HeadCell>
          <HeadCell>Daemon</HeadCell>
          <HeadCell>System</HeadCell>
          <HeadCell figure>Agents</HeadCell>
        </>
      }
    >
      {machines.map((machine) => (
        <Row key={machine.id}>
          <Cell>
            {isSilent(machine, now) ? (
              <StateMark state="stale" word="silent" />
            ) : (
              <StateMark state="pass" word="reporting" />
            )}
          </Cell>
          <Cell>
            <Link href={links.fleet({ machine: machine.id })} className="quiet font-semibold">
              <UntrustedText text={machine.name} max={60} />
            </Link>
          </Cell>
          <Cell figure>
            <RelativeTime at={machine.lastSeenAt} />
          </Cell>
          <Cell>
            <UntrustedText text={machine.daemonVersion} max={20} />
          </Cell>
          <Cell>
            <UntrustedText text={systemOf(machine)} max={40} />
          </Cell>
          <Cell figure>
            <Quantity value={machine.agentCount} />
          </Cell>
        </Row>
      ))}
    </DataTable>
  )
}

const systemOf = ({ os, arch }: Machine): string | null =>
  os === null && arch === null ? null : `${os ?? ''} ${arch ?? ''}`.trim()
