import { newId } from '@watchbill/contract/ids'

/** Ids of the sample snapshot, made on the server so that both renderings agree. */
export interface FirstIds {
  readonly snapshot: string
  readonly machine: string
  readonly agent: string
  readonly session: string
}

export function createFirstIds(now: number, randomBytes: (count: number) => Uint8Array): FirstIds {
  const made = (prefix: string) => newId(prefix, now, randomBytes(10))
  return { snapshot: made('snp'), machine: made('mch'), agent: made('agt'), session: made('ses') }
}

/** One snapshot as a command that runs as it stands in bash, in the folder Watchbill was started from. */
export function firstSnapshotCommand(url: string, ids: FirstIds): string {
  const now = '$(date -u +%Y-%m-%dT%H:%M:%SZ)'
  const tokens = '{ "input": 1200, "cacheRead": null, "cacheWrite": null, "output": 340, "reasoning": null }'
  return `curl -sS ${url}/v1/snapshots \\
  -H "authorization: Bearer $(npx watchbill key create --scope snapshot:write)" \\
  -H 'content-type: application/json' --data-binary @- <<JSON
{ "snapshots": [ { "v": 1, "id": "${ids.snapshot}", "observedAt": "${now}",
  "machine": { "id": "${ids.machine}", "name": "my-machine" },
  "agent": { "id": "${ids.agent}", "runtime": "my-runtime", "name": "first-agent" },
  "liveness": "running", "health": "healthy", "source": "reported", "ttlMs": 600000,
  "sessions": [ { "id": "${ids.session}", "nativeId": "first", "state": "waiting", "stateSource": "reported",
    "stateSince": "${now}", "startedAt": "${now}", "lastActivityAt": "${now}", "project": "acme/api",
    "waiting": { "kind": "permission", "detail": null, "tool": "Bash", "request": "git push", "since": "${now}" },
    "tokens": ${tokens} } ] } ] }
JSON`
}
