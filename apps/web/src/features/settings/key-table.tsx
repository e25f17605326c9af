'use client'

import type { Key } from '@watchbill/contract/identity'
import { useState } from 'react'
import { useNow } from '../../lib/clock.ts'
import { AbsoluteTime } from '../../ui/absolute-time.tsx'
import { Cell, DataTable, HeadCell, Row } from '../../ui/data-table.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { StateMark } from '../../ui/state-mark.tsx'
import { UntrustedText } from '../../ui/untrusted-text.tsx'
import { type KeyState, keyState, kindWords } from './key-state.ts'
import { RevokeKey } from './revoke-key.tsx'

const marks = { valid: 'pass', used: 'stopped', revoked: 'stopped', expired: 'stale' } as const

/** Every credential of the workspace but browser sessions; what no longer opens anything is folded away. */
export function KeyTable({ keys }: { keys: readonly Key[] }) {
  const now = useNow()
  const [all, setAll] = useState(false)
  const stated = keys.map((key) => ({ key, state: keyState(key, now) }))
  const ended = stated.filter(({ state }) => state !== 'valid').length
  const shown = all ? stated : stated.filter(({ state }) => state === 'valid')
  return (
    <>
      {shown.length > 0 && (
        <DataTable
          label="Each key"
          head={
            <>
              <HeadCell>State</HeadCell>
              <HeadCell>Name</HeadCell>
              <HeadCell figure>Last use</HeadCell>
              <HeadCell>Ends</HeadCell>
              <HeadCell>Kind</HeadCell>
              <HeadCell>May</HeadCell>
              <HeadCell>
                <span className="sr-only">Revoke</span>
              </HeadCell>
            </>
          }
        >
          {shown.map(({ key, state }) => (
            <KeyRow key={key.id} of={key} state={state} />
          ))}
        </DataTable>
      )}
      {shown.length === 0 && <p className="px-4 py-2.5 text-muted">No key opens anything now.</p>}
      {ended > 0 && (
        <button type="button" className="min-h-7 px-4 text-muted underline" onClick={() => setAll(!all)}>
          {all ? 'Hide those that ended' : `Show ${ended} that ended`}
        </button>
      )}
    </>
  )
}

function KeyRow({ of: key, state }: { of: Key; state: KeyState }) {
  return (
    <Row>
      <Cell>
        <StateMark state={marks[state]} word={state} />
      </Cell>
      <Cell>
        <UntrustedText text={key.name} max={60} />
      </Cell>
      <Cell figure>
        {key.lastUsedAt === null ? (
          <span className="text-muted">never</span>
        ) : (
          <RelativeTime at={key.lastUsedAt} />
        )}
      </Cell>
      <Cell>
        {key.expiresAt === null ? (
          <span className="text-muted">never</span>
        ) : (
          <AbsoluteTime at={key.expiresAt} />
        )}
      </Cell>
      <Cell>{kindWords[key.kind]}</Cell>
      <Cell>
        <code>{key.scopes.join(' ')}</code>
      </Cell>
      <Cell>{state === 'valid' && <RevokeKey of={key} />}</Cell>
    </Row>
  )
}
