import { setTimeout as sleep } from 'node:timers/promises'
import type { Ledger } from './ledger/ledger.ts'
import type { Sender } from './link/sender.ts'

/** How long a stop waits for the control plane at most. */
const flushMs = 3000

/** What is on its way to a control plane that answers gets a moment; all of it is on disk anyway. */
export const flush = async (sender: Sender, ledger: Ledger): Promise<void> => {
  const untilMs = performance.now() + flushMs
  while (sender.link.state === 'connected' && waitingFor(sender, ledger) > 0 && performance.now() < untilMs)
    await sleep(20)
}

/** What could be sent now and is not acknowledged yet. */
export const waitingFor = (sender: Sender, { telemetry, entries }: Ledger): number =>
  telemetry.counts.pending + (sender.entriesHeld === null ? entries.counts.pending : 0)
