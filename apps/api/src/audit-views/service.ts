import { parseQuery, QueryError, readLenient } from '@watchbill/contract/audit-query'
import type { View } from '@watchbill/contract/audit-views'
import { Fault } from '@watchbill/contract/fault'
import { newId } from '@watchbill/contract/ids'
import { type ActorRef, GuardFailed, type Write } from '../db/write.ts'
import type { Deps } from '../deps.ts'
import { instant } from '../identity/instant.ts'
import { deleteView, insertView, readViews, updateView, type ViewRow, viewsMost } from './store.ts'

type Doors = Pick<Deps, 'dbFor' | 'record' | 'randomBytes'>

export interface Call {
  readonly workspace: string
  readonly actor: ActorRef
  /** ms */
  readonly now: number
}

/** What a person gives a view. */
export interface ViewText {
  readonly name: string
  readonly q: string
}

export const listViews = async (
  { dbFor }: Doors,
  { workspace, now }: Pick<Call, 'workspace' | 'now'>,
): Promise<View[]> => (await readViews(dbFor(workspace), workspace)).map((row) => formatView(row, now))

/** Throws Fault `invalid_request` for a query that does not read, `conflict` for a name that is taken, or one view too many. */
export const saveView = async (deps: Doors, call: Call, { name, q }: ViewText): Promise<View> => {
  requireQuery(q, call.now)
  const id = newId('viw', call.now, deps.randomBytes(10))
  const row = { id, name, q, createdAt: call.now, updatedAt: call.now }
  await record(deps, call, 'view.saved', id, insertView(call.workspace, row), (views) =>
    views.some((view) => view.name === name) ? nameTaken(name) : tooMany(),
  )
  return formatView(row, call.now)
}

/** Throws Fault `not_found`, and as `saveView`. */
export const changeView = async (
  deps: Doors,
  call: Call,
  id: string,
  { name, q }: ViewText,
): Promise<View> => {
  requireQuery(q, call.now)
  const before = await requireView(deps, call, id)
  const row = { ...before, name, q, updatedAt: call.now }
  await record(deps, call, 'view.saved', id, updateView(call.workspace, row), (views) =>
    views.some((view) => view.id === id) ? nameTaken(name) : notFound(id),
  )
  return formatView(row, call.now)
}

/** Throws Fault `not_found`. */
export const removeView = async (deps: Doors, call: Call, id: string): Promise<void> => {
  await requireView(deps, call, id)
  await record(deps, call, 'view.removed', id, deleteView(call.workspace, id), () => notFound(id))
}

const requireView = async ({ dbFor }: Doors, { workspace }: Call, id: string): Promise<ViewRow> => {
  const view = (await readViews(dbFor(workspace), workspace)).find((row) => row.id === id)
  if (view === undefined) throw notFound(id)
  return view
}

/** The write says only that it did not fit; `why` tells from what stands there now. */
const record = async (
  deps: Doors,
  { workspace, actor }: Call,
  type: 'view.saved' | 'view.removed',
  view: string,
  write: Write,
  why: (views: readonly ViewRow[]) => Fault,
): Promise<void> => {
  const by = { kind: actor.kind, id: actor.id }
  try {
    await deps.record({ type, workspace, actor: by, data: { view } }, write)
  } catch (error) {
    if (!(error instanceof GuardFailed)) throw error
    throw why(await readViews(deps.dbFor(workspace), workspace))
  }
}

/** Names in it are not resolved: whom a view is about is settled each time it is asked. */
const requireQuery = (q: string, now: number): void => {
  try {
    parseQuery(q, now)
  } catch (error) {
    if (!(error instanceof QueryError)) throw error
    const { detail, mend, span } = error
    throw new Fault('invalid_request', `The query cannot be read: ${detail}`, {
      ...(mend === null ? {} : { mend }),
      errors: [{ pointer: `/q:${span.from}-${span.to}`, detail }],
    })
  }
}

const formatView = ({ createdAt, updatedAt, ...view }: ViewRow, now: number): View => ({
  ...view,
  ignored: readLenient(view.q, now).ignored.map(({ span, detail }) => ({ ...span, detail })),
  createdAt: instant(createdAt),
  updatedAt: instant(updatedAt),
})

const nameTaken = (name: string) =>
  new Fault('conflict', 'Another view has this name.', {
    mend: 'Give it another name, or change the view that has it.',
    errors: [{ pointer: '/name', detail: `${JSON.stringify(name)} is taken` }],
  })

const tooMany = () =>
  new Fault('conflict', `There are ${viewsMost} views, and more are not kept.`, {
    mend: 'Remove one that nobody uses.',
  })

const notFound = (id: string) => new Fault('not_found', `There is no view ${id} in this workspace.`)
