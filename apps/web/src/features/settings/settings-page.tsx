'use client'

import { useQuery } from '@tanstack/react-query'
import { useApi } from '../../lib/api.ts'
import { useNow } from '../../lib/clock.ts'
import { AddMachine } from '../../ui/add-machine.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { Section } from '../../ui/section.tsx'
import { KeyTable } from './key-table.tsx'
import { machineSentence } from './machine-sentence.ts'
import { MachineTable } from './machine-table.tsx'
import { NewKey } from './new-key.tsx'
import { keysQuery, machinesQuery } from './queries.ts'

/** Which machines take part, the line that adds one, and the keys that open this workspace. */
export function SettingsPage({ origin }: { origin: string }) {
  const api = useApi()
  const now = useNow()
  const machines = useQuery(machinesQuery(api)).data?.machines ?? []
  const keys = useQuery(keysQuery(api)).data?.keys ?? []
  return (
    <>
      <PageHead title="Settings" lead={machineSentence(machines, now)} />
      <Section label="Machines" aside={machines.length > 0 ? `${machines.length}` : undefined}>
        <MachineTable machines={machines} />
      </Section>
      <Section label="Add a machine">
        <AddMachine origin={origin} machines={machines} />
      </Section>
      <Section label="Keys" aside="Never their secrets">
        <KeyTable keys={keys} />
      </Section>
      <Section label="Create a key">
        <NewKey />
      </Section>
    </>
  )
}
