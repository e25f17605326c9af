import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { formats } from './index.ts'
import type { RuntimeEvent } from './runtime.ts'
import { filesIn, lineOf, once, toldBy, toldByAll } from './testing/told.ts'

const expectedIn = (folder: string): { events?: readonly string[] } =>
  JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'))

/** Without what copied rows may say otherwise: old Codex forks write new times into them. */
const essence = ({ type, key, call, tool, request, decision, outcome, by }: RuntimeEvent) =>
  JSON.stringify([key, type, call, tool, request, decision, outcome, by])

for (const format of formats) {
  const folder = join(import.meta.dirname, format.runtime, 'testdata')
  describe.each(readdirSync(folder))(`events of ${format.runtime} %s`, (name) => {
    const files = filesIn(join(folder, name), format)
    const told = toldByAll(format, files)
    const kept = once(told)
    const { events } = expectedIn(join(folder, name))

    if (events !== undefined)
      it('are the expected ones, in order', () => {
        expect([...kept.values()].map(lineOf)).toEqual(events)
      })

    it('are told once per file', () => {
      for (const [path, lines] of files) {
        const own = toldBy(format, format.initial(path), lines)
        expect(new Set(own.map(({ key }) => key)).size).toBe(own.length)
      }
    })

    it('leave the state as it is without anybody listening', () => {
      for (const [path, lines] of files) {
        const heard = format.initial(path)
        const unheard = format.initial(path)
        toldBy(format, heard, lines)
        for (const line of lines) format.apply(unheard, line)
        expect(heard).toEqual(unheard)
      }
    })

    it('of a prefix and of the rest are those of the whole, from a stored state at any line', () => {
      for (const [path, lines] of files) {
        const whole = toldBy(format, format.initial(path), lines)
        for (let cut = 0; cut <= lines.length; cut += 1) {
          const state = format.initial(path)
          const before = toldBy(format, state, lines.slice(0, cut))
          const stored: unknown = JSON.parse(JSON.stringify(state))
          expect([...before, ...toldBy(format, stored, lines.slice(cut))]).toEqual(whole)
        }
      }
    })

    it('are the same facts whatever the order of files', () => {
      const backwards = once(toldByAll(format, new Map([...files].reverse())))
      expect([...backwards.values()].map(essence).sort()).toEqual([...kept.values()].map(essence).sort())
    })

    it('are as many as the sessions count: calls, refusals and failures', () => {
      const states = new Map(
        [...files].map(([path, lines]) => {
          const state = format.initial(path)
          for (const line of lines) format.apply(state, line)
          return [path, state]
        }),
      )
      const sum = { calls: 0, denials: 0, errors: 0 }
      for (const facts of format.sessions(states)) {
        sum.calls += facts.toolCalls
        sum.denials += facts.denials
        sum.errors += facts.errors
      }
      const count = (holds: (event: RuntimeEvent) => boolean) => [...kept.values()].filter(holds).length
      expect(count(({ type }) => type === 'tool.called')).toBe(sum.calls)
      expect(count(({ type }) => type === 'model.failed')).toBe(sum.errors)
      // A scheduler's policy refuses without the session counting it as a person's no (Gemini).
      expect(count(({ decision }) => decision === 'deny')).toBeGreaterThanOrEqual(sum.denials)
    })

    it('never decide a call twice, never finish it twice, and finish only what was called', () => {
      const of = (holds: (event: RuntimeEvent) => boolean) =>
        [...kept.values()].filter(holds).map(({ key }) => key.replace(/^(\S+) \S+ /, '$1 '))
      const called = of(({ type }) => type === 'tool.called')
      const decided = of(({ decision }) => decision === 'allow' || decision === 'deny')
      const finished = of(({ type }) => type === 'tool.finished')
      expect(new Set(decided).size).toBe(decided.length)
      expect(new Set(finished).size).toBe(finished.length)
      expect([...decided, ...finished].filter((key) => !called.includes(key))).toEqual([])
    })
  })
}

it('every runtime has a case of decisions with its events written down', () => {
  for (const { runtime } of formats) {
    const folder = join(import.meta.dirname, runtime, 'testdata', 'decisions')
    expect(existsSync(folder) && (expectedIn(folder).events?.length ?? 0) > 10).toBe(true)
  }
})
