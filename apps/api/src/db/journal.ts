import { bindText } from './bind.ts'
import type { IngestWrite } from './write.ts'

export type ChangeKind = 'agent' | 'pulse' | 'session' | 'machine' | 'workspace'

/**
 * Journal rows for the rows a batch touches: put them in the same batch, after the writes they tell of. Takes the next
 * dense places of the workspace and wakes its streams after the commit. `now` in ms. GuardFailed when the workspace is gone.
 */
export const changeWrites = (
  workspace: string,
  kind: ChangeKind,
  refs: readonly string[],
  now: number,
): IngestWrite[] => {
  if (refs.length === 0) return []
  return [
    {
      table: 'workspaces',
      sql: 'UPDATE workspaces SET change_seq = change_seq + ? WHERE id = ?',
      args: [refs.length, workspace],
      expect: 1,
    },
    {
      table: 'changes',
      sql: `INSERT INTO changes (workspace_id, seq, at, kind, ref)
        SELECT workspaces.id, workspaces.change_seq - ?1 + 1 + refs.key, ?2, ?3, refs.value
        FROM workspaces, json_each(?4) AS refs WHERE workspaces.id = ?5`,
      args: [refs.length, now, kind, JSON.stringify(refs.map(bindText)), workspace],
      expect: refs.length,
      rings: workspace,
    },
  ]
}
