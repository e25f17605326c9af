'use client'

import { kindWords, seqOf } from '../../lib/evidence/contradiction.ts'
import { type LostRange, type RememberedContradiction, standing } from '../../lib/evidence/log-memory.ts'
import type { LogView } from '../../lib/evidence/log-view.ts'
import type { LogWatch } from '../../lib/evidence/log-watch.ts'
import { useLinks } from '../../lib/links.ts'
import { AbsoluteTime } from '../../ui/absolute-time.tsx'
import { StartOver } from './start-over.tsx'

/** What can never be unsaid about this log: what contradicted it, and what restores lost. */
export function LogHistory({ view }: { view: LogView & { readonly watch: LogWatch } }) {
  const met = standing(view.memory)
  const explained = view.memory?.contradictions.filter((one) => one.explained !== undefined) ?? []
  const restores = (view.log?.epochs ?? []).filter(({ oldSize }) => oldSize !== null)
  const unsaid = (view.memory?.lost ?? []).filter((lost) => !restores.some((one) => owns(one, lost)))
  if (met.length === 0 && explained.length === 0 && restores.length === 0 && unsaid.length === 0) return null
  return (
    <div className="space-y-3 border-t px-4 py-3 sm:px-6">
      {met.length > 0 && (
        <section aria-label="Contradictions" className="max-w-[90ch] border-l-3 border-failed pl-3">
          <h2 className="font-semibold text-failed">✕ CONTRADICTED</h2>
          <Records records={met} />
          <StartOver watch={view.watch} />
        </section>
      )}
      {restores.map(({ epoch, size, oldSize, beganAt }) => (
        <p key={epoch} className="max-w-[90ch] border-l-3 border-waiting pl-3">
          <strong className="text-waiting">Restored from a backup.</strong> {lostWords(size, oldSize ?? size)}{' '}
          This is epoch {epoch}, begun <AbsoluteTime at={beganAt} />.
        </p>
      ))}
      {unsaid.map(({ from, to, at }) => (
        <p key={`${from} ${to} ${at}`} className="max-w-[90ch] border-l-3 border-waiting pl-3">
          <strong className="text-waiting">A restore this browser saw.</strong> {lostWords(from, to)} Seen{' '}
          <AbsoluteTime at={at} />.
        </p>
      ))}
      {explained.length > 0 && (
        <section aria-label="Explained by a restore" className="max-w-[90ch] border-l-3 border-waiting pl-3">
          <h2 className="font-semibold text-waiting">Met before the restore was owned up to</h2>
          <Records records={explained} />
        </section>
      )}
    </div>
  )
}

function Records({ records }: { records: readonly RememberedContradiction[] }) {
  const links = useLinks()
  return (
    <ul className="mt-1 space-y-1">
      {records.map((one) => {
        const seq = seqOf(one)
        return (
          <li key={`${one.place} ${one.kind} ${one.at}`}>
            {seq === null ? one.place : <a href={links.entry(seq)}>{one.place}</a>}: {kindWords[one.kind]}.{' '}
            <span className="text-muted">
              {one.detail}. Met <AbsoluteTime at={one.at} />.
              {one.explained !== undefined && (
                <>
                  {' '}
                  Explained <AbsoluteTime at={one.explained.at} /> by a restore:{' '}
                  {lostWords(one.explained.from, one.explained.to)}
                </>
              )}
            </span>
          </li>
        )
      })}
    </ul>
  )
}

/** Whether an epoch still says at least what this browser saw lost. */
const owns = (one: { size: number; oldSize: number | null }, { from, to }: LostRange): boolean =>
  one.size <= from && (one.oldSize ?? 0) >= to

function lostWords(kept: number, signed: number): string {
  const lost = signed - kept
  if (lost <= 0) return 'No signed entry was lost.'
  const figure = lost.toLocaleString('en-US')
  const range =
    lost === 1
      ? `Entry ${kept} had been signed and is lost.`
      : `${figure} signed entries are lost: ${kept} to ${signed - 1} of the epoch before.`
  return range
}
