import { randomBytes } from 'node:crypto'
import { arch, platform } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { MachineReport } from '@watchbill/contract/machines'
import type { SessionFormat } from '@watchbill/runtimes'
import { writeAtomic } from './atomic-file.ts'
import { releaseGarbage } from './boundary/footprint.ts'
import { confinementLimits } from './boundary/limits.ts'
import { Collector } from './collect/collector.ts'
import { CursorStore } from './collect/cursor-store.ts'
import { Fleet } from './collect/fleet.ts'
import type { Installation } from './collect/installation.ts'
import { LiveBook } from './collect/live.ts'
import { machineReport } from './collect/machine-report.ts'
import type { Surroundings } from './collect/roots.ts'
import type { Config } from './config/config.ts'
import { daemonStatus } from './daemon-status.ts'
import type { DataFolder } from './data-folder.ts'
import { errorText } from './error-code.ts'
import { flush, waitingFor } from './flush.ts'
import { type Claim, claim } from './instance/claim.ts'
import type { DaemonStatus } from './instance/status.ts'
import { createLedger, type Ledger } from './ledger/ledger.ts'
import { connect } from './link/connect.ts'
import type { Credential } from './link/credential.ts'
import { proofStanding } from './link/proof-standing.ts'
import { Sender } from './link/sender.ts'
import type { Log } from './log.ts'
import { createMilestone } from './milestone.ts'
import { ownerName } from './owner.ts'
import { Pace } from './pace.ts'
import { createPollers, type Pollers } from './poll/pollers.ts'
import { SpoolBlocked } from './spool/blocked.ts'
import { version } from './version.ts'

export interface DaemonOptions {
  readonly folder: DataFolder
  readonly credential: Credential
  readonly config: Config
  readonly formats: readonly SessionFormat[]
  readonly surroundings: Surroundings
  readonly log: Log
  /** Hears of the daemon before anybody else can, so that no signal comes too early for it. */
  readonly made?: (daemon: Daemon) => void
}

/** Reads, reports and sends until stopped. Made by `startDaemon`. `ended` resolves when everything is put away. */
export class Daemon {
  readonly ended: Promise<void>
  readonly #options: DaemonOptions
  readonly #ledger: Ledger
  readonly #sender: Sender
  readonly #collector: Collector
  readonly #fleet: Fleet
  readonly #live: LiveBook
  readonly #pace: Pace
  readonly #pollers: Pollers
  readonly #polling = new AbortController()
  readonly #startedMs = Date.now()
  readonly #changed = new Set<Installation>()
  #claim: Claim | null = null
  #first = true
  #machine: MachineReport | null = null
  #machineSaid = ''
  #machineSaidMs = 0
  readonly #begun = createMilestone()
  readonly #ended = createMilestone()
  #stopping: Promise<void> | null = null

  constructor(options: DaemonOptions, ledger: Ledger) {
    const { folder, credential, config, formats, surroundings, log } = options
    const now = Date.now
    this.#options = options
    this.#ledger = ledger
    const { telemetry, entries, desk } = ledger
    this.#live = new LiveBook(surroundings.env, config.flags.claudeAgents)
    const machine = { id: credential.machineId, name: credential.machineName }
    this.#sender = new Sender({
      client: connect(credential),
      spool: telemetry,
      entries,
      machineId: machine.id,
      random: Math.random,
      log,
      memory: ledger.memory,
      alarms: ledger.alarms,
    })
    this.#fleet = new Fleet({
      machine,
      owner: ownerName(),
      // A report holds no content at any level.
      payload: (config.payload ?? credential.payload) === 'none' ? 'none' : 'request',
      live: this.#live,
      now,
      randomBytes,
      agentId: (installation) => desk.agentId(installation),
      take: (weighed) => this.#take(() => telemetry.add(weighed)),
    })
    this.#pollers = createPollers({
      config,
      data: folder,
      machine,
      owner: ownerName(),
      identify: ledger.identify,
      post: (weighed) => this.#take(() => telemetry.add(weighed)),
      log,
      now,
      signal: this.#polling.signal,
    })
    telemetry.onDropped(() => {
      this.#fleet.forget()
      this.#pollers.sayAgain()
    })
    const changed = (installation: Installation) => this.#noteChange(installation)
    const store = new CursorStore(folder.cursors)
    const { watch } = config.flags
    this.#collector = new Collector({ formats, surroundings, store, watch, events: desk, now, log, changed })
    this.#pace = new Pace((event, error) => log({ event, reason: errorText(error) }))
    this.ended = this.#ended.reached
  }

  /** Begins to look and to send; the folder is claimed by now. */
  async begin(held: Claim): Promise<void> {
    this.#claim = held
    this.#sender.start()
    this.#options.log({ event: 'daemon.started', version, pid: process.pid })
    await this.#writeStatus().finally(this.#begun.reach)
    this.#pace.soon('first', 0, () => this.#firstLook())
  }

  /** Everything at once, then the rhythm: hints within 100 ms, active files every 2 s, all of them every 15 s. */
  async #firstLook(): Promise<void> {
    await this.#collector.sweep()
    await Promise.race([this.#collector.settled(), sleep(5000, undefined, { ref: false })])
    await this.#pollLive()
    this.#first = false
    this.#evaluate(true)
    this.#reportMachine()
    this.#options.log({
      event: 'daemon.looked',
      files: this.#collector.fileCount,
      ms: Date.now() - this.#startedMs,
    })
    this.#pace.every('release', 30_000, releaseGarbage)
    this.#pace.every('glance', 2000, () => this.#collector.glance())
    this.#pace.every('live', 2000, () => this.#look())
    this.#pace.every('sweep', 15_000, () => this.#sweep())
    this.#pace.every('whole', 300_000, () => this.#evaluate(true))
    this.#pace.every('save', 1000, () => this.#collector.save())
    this.#pace.every('seal', 60_000, () => this.#ledger.seal('time'))
    this.#pace.every('status', 5000, () => this.#writeStatus())
  }

  async #sweep(): Promise<void> {
    if (!(await this.#claim?.isOurs())) {
      // Not awaited: stopping waits for this very beat.
      void this.stop('another daemon took this data folder over')
      return
    }
    await this.#collector.sweep()
    this.#reportMachine()
  }

  async #look(): Promise<void> {
    await this.#pollLive()
    this.#evaluate(false)
  }

  async #pollLive(): Promise<void> {
    const { installations } = this.#collector
    await this.#live.poll(installations.values(), Date.now())
    // While entries cannot be written, starts and ends wait; the fleet page does not.
    await this.#ledger.watch.look(installations.values(), this.#live, Date.now()).catch((error: unknown) => {
      if (!(error instanceof SpoolBlocked)) throw error
    })
  }

  #noteChange(installation: Installation): void {
    this.#changed.add(installation)
    if (!this.#first) this.#pace.soon('evaluate', 15, () => this.#evaluateChanged())
  }

  #evaluateChanged(): void {
    const changed = [...this.#changed]
    this.#changed.clear()
    this.#fleet.evaluate(changed, false)
  }

  #evaluate(whole: boolean): void {
    this.#changed.clear()
    this.#fleet.evaluate(this.#collector.installations.values(), whole)
  }

  async #take(add: () => Promise<void>): Promise<void> {
    try {
      await add()
    } catch (error) {
      this.#options.log({ event: 'spool.unwritable', reason: errorText(error) })
      throw error
    }
  }

  /** On change, and every minute: a machine without agents still shows that somebody watches. */
  #reportMachine(): void {
    const report = machineReport({
      name: this.#options.credential.machineName,
      os: platform(),
      arch: arch(),
      version,
      startedMs: this.#startedMs,
      places: this.#collector.places,
      installations: [...this.#collector.installations.values()],
      unread: this.#collector.unread(),
    })
    const text = JSON.stringify(report)
    if (text === this.#machineSaid && Date.now() - this.#machineSaidMs < 60_000) return
    this.#machine = report
    this.#machineSaid = text
    this.#machineSaidMs = Date.now()
    this.#sender.report(report)
  }

  status(nonce: string): DaemonStatus {
    return daemonStatus({
      nonce,
      startedMs: this.#startedMs,
      credential: this.#options.credential,
      link: this.#sender.link,
      spool: this.#ledger.telemetry.counts,
      entries: {
        ...this.#ledger.entries.counts,
        unsaid: this.#ledger.desk.unsaid,
        held: this.#sender.entriesHeld,
      },
      proofs: proofStanding(this.#ledger),
      files: this.#collector.fileCount,
      watches: this.#collector.watchCount,
      limits: [...confinementLimits(process.permission), ...this.#collector.limits],
      polled: this.#pollers.standing(),
      machine: this.#machine,
    })
  }

  async #writeStatus(): Promise<void> {
    const nonce = this.#claim?.nonce
    if (nonce === undefined) return
    await writeAtomic(this.#options.folder.status, `${JSON.stringify(this.status(nonce))}\n`)
  }

  /** Puts cursors and spool away; what was not acknowledged is sent by the next one. Asked too early, it begins first. */
  stop(reason: string): Promise<void> {
    this.#stopping ??= this.#begun.reached.then(() => this.#stop(reason))
    return this.#stopping
  }

  async #stop(reason: string): Promise<void> {
    this.#options.log({ event: 'daemon.stopping', reason })
    try {
      this.#polling.abort()
      await this.#pollers.ended
      await this.#pace.close()
      await this.#collector.close()
      await this.#ledger.seal('stop')
      await flush(this.#sender, this.#ledger)
      await this.#sender.close()
      await this.#ledger.close()
      await this.#writeStatus()
    } catch (error) {
      this.#options.log({ event: 'daemon.untidy', reason: errorText(error) })
    }
    await this.#claim?.release()
    this.#options.log({ event: 'daemon.stopped', waiting: waitingFor(this.#sender, this.#ledger) })
    this.#ended.reach()
  }
}

/** Claims the folder, opens the spool, begins. Throws AlreadyRuns, or the system's error when the folder cannot be used. */
export const startDaemon = async (options: DaemonOptions): Promise<Daemon> => {
  const holder: { daemon: Daemon | null } = { daemon: null }
  // The spool has one writer: it is opened only once nobody else can.
  const held = await claim(options.folder, async (nonce) => {
    const { folder, credential, config, log } = options
    const ledger = await createLedger({
      folder,
      credential,
      level: config.payload ?? credential.payload,
      telemetryBytes: config.spool.maxBytes,
      now: Date.now,
      log,
    })
    const daemon = new Daemon(options, ledger)
    holder.daemon = daemon
    options.made?.(daemon)
    return { status: () => daemon.status(nonce), stop: () => void daemon.stop('asked to stop') }
  })
  const { daemon } = holder
  if (daemon === null) throw new Error('claimed without a daemon')
  await daemon.begin(held)
  return daemon
}
