import { Agent, AgentDetail, HistoryBucket, Reading } from '@watchbill/contract/agents'
import { Attention, Fleet } from '@watchbill/contract/fleet'
import { Key, Self, Workspace } from '@watchbill/contract/identity'
import { LookedAt, Machine, MachineReport } from '@watchbill/contract/machines'
import { Session, SessionReport, Tokens, ToolCall, Waiting } from '@watchbill/contract/sessions'
import { Snapshot, SnapshotReceipt } from '@watchbill/contract/snapshots'
import type * as z from 'zod/mini'
import { jsonSchemaOf } from './json-schema.ts'
import { type SchemaNode, schemaTree } from './schema-tree.ts'

const sent = { Snapshot, SessionReport, MachineReport } as const
const answered = {
  Agent,
  AgentDetail,
  Attention,
  Fleet,
  HistoryBucket,
  Key,
  LookedAt,
  Machine,
  Reading,
  Self,
  Session,
  SnapshotReceipt,
  Tokens,
  ToolCall,
  Waiting,
  Workspace,
} as const

/** Schemas that more than one call speaks of: told once, named everywhere else. */
export const shapeNames: ReadonlyMap<z.ZodMiniType, string> = new Map(
  Object.entries({ ...sent, ...answered }).map(([name, schema]) => [schema, name]),
)

/** The named shapes in full, by name. */
export const shapes: readonly SchemaNode[] = [
  ...Object.entries(sent).map(([name, schema]) =>
    schemaTree(jsonSchemaOf(schema, 'input', shapeNames), name),
  ),
  ...Object.entries(answered).map(([name, schema]) =>
    schemaTree(jsonSchemaOf(schema, 'output', shapeNames), name),
  ),
].sort((a, b) => a.name.localeCompare(b.name))
