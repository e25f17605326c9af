import { PageHead } from '../../ui/page-head.tsx'
import { Section } from '../../ui/section.tsx'
import type { ExampleSeed } from './example-value.ts'
import { OperationEntry } from './operation-entry.tsx'
import { type OperationGroup, operationGroups } from './operation-groups.ts'
import { ReferenceIndex } from './reference-index.tsx'
import { SchemaLines } from './schema-lines.tsx'
import { shapes } from './shapes.ts'

/** The API in one page, drawn on the server from the contract itself; the filter is a plain form. */
export function ReferencePage({
  filter,
  origin,
  seed,
}: {
  filter: string
  origin: string
  seed: ExampleSeed
}) {
  const groups = operationGroups(filter)
  const count = groups.reduce((sum, group) => sum + group.operations.length, 0)
  return (
    <>
      <PageHead title="API" lead={leadOf(count, filter)}>
        <p className="mt-2 max-w-[72ch] text-muted">
          Everything the dashboard shows comes from here. A refusal is <code>application/problem+json</code>:
          what, why, and how to mend it. The same as a document: <a href="/openapi.json">openapi.json</a>.
        </p>
        <Filter filter={filter} />
      </PageHead>
      <ReferenceIndex groups={groups} />
      {groups.map((group) => (
        <Group key={group.id} group={group} origin={origin} seed={seed} />
      ))}
      <Shapes />
    </>
  )
}

function leadOf(count: number, filter: string): string {
  const calls = `${count} ${count === 1 ? 'call' : 'calls'}`
  if (filter === '') return `${calls}, and the dashboard uses no others`
  return count === 0
    ? `No call matches “${filter}”`
    : `${calls} ${count === 1 ? 'matches' : 'match'} “${filter}”`
}

function Filter({ filter }: { filter: string }) {
  return (
    <search className="print-hide mt-3">
      <form method="get" action="/reference" className="flex flex-wrap items-center gap-2">
        <input
          type="search"
          name="q"
          defaultValue={filter}
          maxLength={100}
          aria-label="Method, path, scope or word"
          placeholder="Method, path, scope or word"
          className="h-8 w-full max-w-72 rounded border border-rule-strong bg-panel px-2"
        />
        <button type="submit" className="h-8 rounded border border-rule-strong px-3 hover:bg-hover">
          Filter
        </button>
        {filter !== '' && <a href="/reference">All calls</a>}
      </form>
    </search>
  )
}

function Group({ group, origin, seed }: { group: OperationGroup; origin: string; seed: ExampleSeed }) {
  return (
    <div id={group.id}>
      <Section label={group.title}>
        <div className="@container">
          <p className="border-b px-4 py-2.5 text-muted">{group.about}</p>
          {group.operations.map((operation) => (
            <OperationEntry key={operation.name} operation={operation} origin={origin} seed={seed} />
          ))}
        </div>
      </Section>
    </div>
  )
}

/** What several calls speak of, told once. */
function Shapes() {
  return (
    <Section label="Shapes">
      {shapes.map((shape) => (
        <article key={shape.name} id={`shape-${shape.name}`} className="border-b px-4 py-3 last:border-b-0">
          <h3 className="mb-1">
            <a href={`#shape-${shape.name}`} className="quiet">
              <code className="font-semibold">{shape.name}</code>
            </a>
          </h3>
          <SchemaLines nodes={shape.children} />
        </article>
      ))}
    </Section>
  )
}
