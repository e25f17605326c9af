import type { AuditEntry } from '@watchbill/contract/audit'

/** The shown members of a payload by name; hidden and withheld ones are absent. */
export class Said {
  readonly #values: ReadonlyMap<string, unknown>

  constructor(members: AuditEntry['members']) {
    this.#values = new Map((members ?? []).flatMap((one) => ('name' in one ? [[one.name, one.value]] : [])))
  }

  /** Text, or a number or truth value as text; null when it is not said. */
  text(name: string): string | null {
    const value = this.#values.get(name)
    if (typeof value === 'string') return value === '' ? null : value
    return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null
  }

  number(name: string): number | null {
    const value = this.#values.get(name)
    return typeof value === 'number' ? value : null
  }

  is(name: string): boolean {
    return this.#values.get(name) === true
  }

  /** Elements of a list; none when it is not one. */
  list(name: string): readonly unknown[] {
    const value = this.#values.get(name)
    return Array.isArray(value) ? value : []
  }
}
