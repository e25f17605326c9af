import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formats } from './index.ts'
import type { RuntimeEvent, SessionFormat } from './runtime.ts'
import { type Files, filesIn, once, toldByAll } from './testing/told.ts'

/**
 * Files read whole, cut at every line, cut at random bytes, in turns with each other, and twice: the same sessions,
 * totals and events. Own fixtures always; captures of real agents where WATCHBILL_SAMPLES names their folder.
 */
const drills = process.env.WATCHBILL_DRILLS === '1' ? 200 : 20
const seed = Number(process.env.WATCHBILL_SEED ?? Date.now() % 2 ** 31)
console.info(`drill: ${drills} runs per set of files, seed ${seed} (WATCHBILL_SEED repeats it)`)

interface Reading {
  state: unknown
  /** Bytes not read yet, and those of a line that is not complete. */
  rest: Uint8Array
  begun: Uint8Array
}

const bytesOf = (lines: readonly string[]) => new TextEncoder().encode(`${lines.join('\n')}\n`)

/** Reads `count` more bytes the way a tail does: complete lines only. */
const advance = (format: SessionFormat, reading: Reading, count: number, told: RuntimeEvent[]): void => {
  const bytes = Uint8Array.from([...reading.begun, ...reading.rest.subarray(0, count)])
  reading.rest = reading.rest.subarray(count)
  const end = bytes.lastIndexOf(10) + 1
  reading.begun = bytes.subarray(end)
  if (end === 0) return
  for (const line of new TextDecoder().decode(bytes.subarray(0, end - 1)).split('\n'))
    format.apply(reading.state, line, (event) => told.push(event))
}

const restored = (state: unknown): unknown => JSON.parse(JSON.stringify(state))

const outcomeOf = (format: SessionFormat, states: ReadonlyMap<string, unknown>) => ({
  sessions: format.sessions(states),
  unread: [...states.keys()].sort().map((path) => [path, format.unread(states.get(path))]),
})

const whole = (format: SessionFormat, files: Files) =>
  new Map(
    [...files].map(([path, lines]) => {
      const state = format.initial(path)
      for (const line of lines) format.apply(state, line)
      return [path, state]
    }),
  )

/** Which file of a copied row is read first decides its time in old Codex forks, which write new ones. */
const factOf = ({ atMs: _, nativeId: __, content: ___, ...fact }: RuntimeEvent) => JSON.stringify(fact)
const facts = (events: Iterable<RuntimeEvent>) => [...once(events).values()].map(factOf).sort()
const entire = (events: Iterable<RuntimeEvent>) =>
  [...once(events).values()].map((event) => JSON.stringify(event)).sort()

const drill = (
  format: SessionFormat,
  files: Files,
  compare: (events: Iterable<RuntimeEvent>) => string[],
) => {
  const expected = outcomeOf(format, whole(format, files))
  const events = compare(toldByAll(format, files))

  it('cut at every line', () => {
    const told: RuntimeEvent[] = []
    const states = new Map<string, unknown>()
    for (const [path, lines] of files) {
      let state = format.initial(path)
      for (const line of lines) {
        format.apply(state, line, (event) => told.push(event))
        state = restored(state)
      }
      states.set(path, state)
    }
    expect(outcomeOf(format, states)).toEqual(expected)
    expect(compare(told)).toEqual(events)
  })

  it('cut at random bytes, in turns, from stored states, twice', () => {
    const step = fc.record({
      file: fc.nat(),
      bytes: fc.integer({ min: 1, max: 60_000 }),
      store: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.boolean(), fc.nat(), (steps, twice, turn) => {
        const told: RuntimeEvent[] = []
        const paths = [...files.keys()]
        paths.push(...paths.splice(0, turn % Math.max(1, paths.length)))
        const readings = new Map<string, Reading>()
        const begin = (path: string) =>
          readings.set(path, {
            state: format.initial(path),
            rest: bytesOf(files.get(path) ?? []),
            begun: new Uint8Array(),
          })
        for (const path of paths) begin(path)
        for (const { file, bytes, store } of steps) {
          const reading = readings.get(paths[file % paths.length] ?? '')
          if (reading === undefined) continue
          advance(format, reading, bytes, told)
          if (store) reading.state = restored(reading.state)
        }
        const finish = () => {
          for (const reading of readings.values()) advance(format, reading, reading.rest.length, told)
        }
        finish()
        // A rewritten file is read again from its beginning: nothing new may come of it.
        if (twice) {
          for (const path of paths) begin(path)
          finish()
        }
        const states = new Map([...readings].map(([path, { state }]) => [path, state]))
        expect(outcomeOf(format, states)).toEqual(expected)
        expect(compare(told)).toEqual(events)
      }),
      { numRuns: drills, seed },
    )
  })
}

for (const format of formats) {
  const folder = join(import.meta.dirname, format.runtime, 'testdata')
  describe.each(readdirSync(folder))(`drill ${format.runtime} %s`, (name) => {
    drill(format, filesIn(join(folder, name), format), facts)
  })
}

const samples = process.env.WATCHBILL_SAMPLES
if (samples === undefined)
  console.warn('WATCHBILL_SAMPLES is not set: captures of real agents were not drilled')
else
  for (const name of readdirSync(samples))
    for (const format of formats)
      for (const root of format.roots) {
        const folder = join(samples, name, 'home', root.home, root.sub)
        if (!existsSync(folder)) continue
        describe(`drill capture ${name} ${root.sub}`, () => drill(format, filesIn(folder, format), entire))
      }
