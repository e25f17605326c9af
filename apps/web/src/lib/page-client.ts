import { agents } from '@watchbill/contract/agents'
import { type ClientOptions, callsOf, type RawCall } from '@watchbill/contract/calls'
import type { Client } from '@watchbill/contract/client'
import { fleet } from '@watchbill/contract/fleet'
import { identity } from '@watchbill/contract/identity'
import { machines } from '@watchbill/contract/machines'
import { sessions } from '@watchbill/contract/sessions'

/** What every page asks for at once. Schemas of the rest come with the first call that needs them (DESIGN §9, 200 kB). */
const near = { ...fleet, ...agents, ...sessions, ...machines, ...identity }

/** The typed client of a page in the browser. */
export function createPageClient(options: ClientOptions): Client {
  const calls = callsOf(near, options)
  const far = new Map<string, RawCall>()
  const reach =
    (name: string): RawCall =>
    async (args, call) => {
      const { createClient } = await import('@watchbill/contract/client')
      return nameOf(createClient(options), name)(args, call)
    }
  return asClient(
    new Proxy(calls, {
      get(known, name) {
        // A promise is told by its `then`, and no row is called so.
        if (typeof name === 'symbol' || name === 'then') return undefined
        const call = known[name] ?? far.get(name) ?? reach(name)
        if (!Object.hasOwn(known, name)) far.set(name, call)
        return call
      },
    }),
  )
}

/** Every name that the type has is a row of the contract. */
const asClient = (calls: unknown) => calls as Client
const nameOf = (client: Client, name: string) => client[name as keyof Client] as RawCall
