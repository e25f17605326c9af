import type { Flags } from './flags.ts'

export type PayloadLevel = 'none' | 'request' | 'content'

interface Polled {
  /** As the fleet page shows it; the runtime's own name unless given. Unique. */
  readonly name: string
  readonly everyMs: number
  readonly timeoutMs: number
}

/** One runtime whose status is polled: by file, by HTTP or by socket. Paths are absolute. */
export type RuntimeSource =
  /** `status.json` itself, or the folder it lies in. */
  | (Polled & { readonly runtime: 'kato'; readonly path: string })
  | (Polled & {
      readonly runtime: 'vak' | 'skreaver'
      readonly url: string
      /** A file of this user alone (0600) whose one line goes into `Authorization: Bearer`. */
      readonly tokenFile: string | null
      /** May lead to a private network; without it only to loopback or a public address. */
      readonly privateNetwork: boolean
    })
  /** The `.fluffy` folder, or the kernel's socket: one of the two. */
  | (Polled & { readonly runtime: 'fluffy-waffle'; readonly path: string; readonly socket: null })
  | (Polled & { readonly runtime: 'fluffy-waffle'; readonly path: null; readonly socket: string })

/** What the user set for this daemon, with every default filled in; frozen to the bottom. */
export interface Config {
  readonly version: 2
  /** Null: `request` where the control plane is this machine, else `none` (SECURITY "Payload levels"). */
  readonly payload: PayloadLevel | null
  /** By runtime: replaces the folders that runtime's sessions are read from. Absolute paths. */
  readonly providerSessionRoots: Readonly<Record<string, readonly string[]>>
  readonly runtimes: readonly RuntimeSource[]
  readonly spool: { readonly maxBytes: number }
  readonly flags: Flags
}
