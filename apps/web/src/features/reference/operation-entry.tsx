import { scopeSummary } from '@watchbill/contract/scope'
import type { ReactNode } from 'react'
import { Command } from '../../ui/command.tsx'
import { curlExample, keyCommand } from './curl-example.ts'
import type { ExampleSeed } from './example-value.ts'
import type { Operation } from './operation.ts'
import { SchemaLines } from './schema-lines.tsx'

/** One row of the contract: what it does, who may, what goes in, what comes out, and a command that runs. */
export function OperationEntry({
  operation,
  origin,
  seed,
}: {
  operation: Operation
  origin: string
  seed: ExampleSeed
}) {
  const { name, method, path, scope, summary } = operation
  return (
    <article id={name} aria-labelledby={`${name}-title`} className="border-b px-4 pt-3 pb-4 last:border-b-0">
      <h3 id={`${name}-title`} className="flex flex-wrap items-baseline gap-x-3 text-[0.9375rem] leading-5">
        <a href={`#${name}`} className="quiet wrap-anywhere">
          <code>
            <span className="font-semibold">{method}</span> {path}
          </code>
        </a>
        <code className="text-small text-muted">{name}</code>
      </h3>
      <p className="mt-1 max-w-[80ch]">{summary}.</p>
      <p className="mt-0.5 text-muted">
        {operation.byScheduler ? (
          <>
            Only a scheduler that holds <code className="text-ink">CRON_SECRET</code>.
          </>
        ) : scope === null ? (
          'Anyone may ask.'
        ) : (
          <>
            Scope <code className="text-ink">{scope}</code>: {scopeSummary[scope]}.
          </>
        )}
        {operation.nodeOnly && ' Absent at the edge.'}
      </p>
      <div className="mt-3 grid gap-x-8 gap-y-3 @4xl:grid-cols-2">
        <Request operation={operation} />
        <Answer operation={operation} />
      </div>
      <Example operation={operation} origin={origin} seed={seed} />
    </article>
  )
}

function Request({ operation }: { operation: Operation }) {
  const { params, query, body, limitBytes } = operation
  return (
    <div className="min-w-0">
      {params.length > 0 && (
        <Part label="In the path">
          <SchemaLines nodes={params} />
        </Part>
      )}
      {query.length > 0 && (
        <Part label="In the query">
          <SchemaLines nodes={query} />
        </Part>
      )}
      {body !== null && (
        <Part label={`Body, JSON, at most ${formatLimit(limitBytes)}`}>
          <SchemaLines nodes={body.children} />
        </Part>
      )}
      {params.length + query.length === 0 && body === null && <Part label="Takes nothing">{null}</Part>}
      <Refusals errors={operation.errors} />
    </div>
  )
}

function Refusals({ errors }: Pick<Operation, 'errors'>) {
  return (
    <Part label="Refuses with">
      {errors === 'probe' ? (
        <p>503 when a check fails, in the same format</p>
      ) : (
        <p className="wrap-anywhere">
          {errors.map((code, index) => (
            <span key={code}>
              {index > 0 && ', '}
              <code>{code}</code>
            </span>
          ))}
        </p>
      )}
    </Part>
  )
}

const replyWords: Readonly<Record<Operation['reply'], string>> = {
  json: 'JSON',
  text: 'text',
  bytes: 'JSON, byte for byte as committed',
  html: 'HTML',
  sse: 'a stream of events (text/event-stream)',
  ndjson: 'one JSON document per line',
  none: 'nothing',
}

function Answer({ operation }: { operation: Operation }) {
  const { status, reply, response } = operation
  return (
    <div className="min-w-0">
      <Part label={`Answers ${status}, ${replyWords[reply]}`}>
        {response === null ? null : <SchemaLines nodes={response.children} />}
      </Part>
    </div>
  )
}

function Example({ operation, origin, seed }: { operation: Operation; origin: string; seed: ExampleSeed }) {
  const key = keyCommand(operation)
  return (
    <div className="mt-3 flex flex-col gap-2">
      {key !== null && <Command text={key} label={`the key for ${operation.name}`} />}
      <Command text={curlExample(operation, origin, seed)} label={`${operation.name} as curl`} />
    </div>
  )
}

function Part({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="mb-3">
      <h4 className="mb-0.5 text-small text-muted">{label}</h4>
      {children}
    </div>
  )
}

/** `64 KiB`, `8 MiB`. */
function formatLimit(bytes: number | null): string {
  const kib = (bytes ?? 0) / 1024
  return kib >= 1024 ? `${kib / 1024} MiB` : `${kib} KiB`
}
