'use client'

import type { Client } from '@watchbill/contract/client'
import { useEffect, useState } from 'react'
import { useApi } from '../../lib/api.ts'
import type { DrawnPath } from '../../lib/evidence/draw-path.ts'
import { type LogView, provenCheckpoint } from '../../lib/evidence/log-view.ts'
import { pathOfRange } from '../../lib/evidence/path-of-range.ts'
import { verifier } from '../../lib/evidence/verifier.ts'
import { Command } from '../../ui/command.tsx'

type Reply = Awaited<ReturnType<Client['getEntry']>>

/** From the leaf to who signed: every hash this browser computed on the way. */
export function ProofPath({ seq, reply, view }: { seq: number; reply: Reply; view: LogView }) {
  const { drawn, size } = usePath(seq, reply, view)
  return (
    <section aria-label="Proof" className="border-t px-4 py-2.5">
      <h3 className="mb-1 text-small text-muted">Proof</h3>
      {drawn === null ? (
        <p className="text-muted">
          {view.kind === 'unable'
            ? 'This address is not secure, so this browser checks nothing here.'
            : '… Pending: no checkpoint covers it yet.'}
        </p>
      ) : (
        <Drawing drawn={drawn} size={size} seq={seq} view={view} />
      )}
      {drawn !== null && <TakeAway seq={seq} workspace={view.log?.workspace ?? 'default'} />}
    </section>
  )
}

/** The path in the tree of the checkpoint this browser proved, by the single-leaf range proof the server gives for it. */
function usePath(seq: number, reply: Reply, view: LogView): { drawn: DrawnPath | null; size: number } {
  const { client } = useApi()
  const [found, setFound] = useState<{ drawn: DrawnPath | null; size: number }>({ drawn: null, size: 0 })
  const proven = provenCheckpoint(view)
  const size = proven?.size ?? 0
  const root = proven?.root ?? ''
  useEffect(() => {
    if (seq >= size || found.drawn !== null) return
    const draw = async () => {
      const path = await pathIn(client, seq, size, reply)
      return verifier.path({ header: reply.entry.header, seq, size, root, path })
    }
    let left = false
    void draw().then(
      (drawn) => left || setFound({ drawn, size }),
      () => undefined,
    )
    return () => {
      left = true
    }
  }, [client, seq, size, root, reply, found.drawn])
  return found
}

/** What came with the entry where it is about the very checkpoint that was proven; else asked for. */
async function pathIn(client: Client, seq: number, size: number, reply: Reply): Promise<readonly string[]> {
  if (reply.path !== null && reply.checkpoint?.size === size) return reply.path
  const query = { from: String(seq), to: String(seq + 1), size: String(size) }
  return pathOfRange(seq, size, (await client.getRangeProof({ query })).hashes)
}

function Drawing({ drawn, size, seq, view }: { drawn: DrawnPath; size: number; seq: number; view: LogView }) {
  return (
    <ol className="space-y-1">
      <Step name={`Leaf ${seq}`} hash={drawn.leaf} />
      {drawn.steps.map((step, index) => (
        <Step
          // biome-ignore lint/suspicious/noArrayIndexKey: the steps of a path never move
          key={index}
          name={`with the one ${step.side}`}
          hash={step.sibling}
        />
      ))}
      <Step name={`Root of ${size}`} hash={drawn.steps.at(-1)?.hash ?? drawn.leaf} />
      <li className={drawn.holds ? 'text-proven' : 'font-semibold text-failed'}>
        {drawn.holds
          ? `✓ the root of checkpoint ${size.toLocaleString('en-US')}`
          : `✕ CONTRADICTED: not the root of checkpoint ${size.toLocaleString('en-US')}`}
      </li>
      <li className="wrap-anywhere text-muted">
        signed as <code>{view.memory?.origin}</code>
      </li>
    </ol>
  )
}

function Step({ name, hash }: { name: string; hash: string }) {
  return (
    <li className="grid grid-cols-[7rem_minmax(0,1fr)]">
      <span className="text-muted">{name}</span>
      <code className="truncate" title={hash}>
        {hash}
      </code>
    </li>
  )
}

/** The proof as a file, and what checks it without this server. */
function TakeAway({ seq, workspace }: { seq: number; workspace: string }) {
  const asked = useApi().workspace
  const file = `${workspace}-${seq}.tlog-proof`
  const search = asked === null ? '' : `?workspace=${encodeURIComponent(asked)}`
  return (
    <div className="mt-3 space-y-1.5">
      <p>
        <a href={`/v1/audit/entries/${seq}/proof${search}`} download={file}>
          Download {file}
        </a>
        , and check it without this server:
      </p>
      <Command text={`npx watchbill verify ${file}`} label="the command that checks it" />
    </div>
  )
}
