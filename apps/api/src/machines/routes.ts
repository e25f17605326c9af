import type { Deps } from '../deps.ts'
import type { Handlers } from '../http/handler.ts'
import { instant } from '../identity/instant.ts'
import { listMachines, putMachine } from './service.ts'

export const machineHandlers = (deps: Deps): Handlers<'listMachines' | 'putMachine'> => ({
  listMachines: async (_input, { workspace, now }) => ({
    machines: await listMachines(deps, workspace, now),
    now: instant(now),
  }),
  putMachine: async ({ params, body }, { actor, workspace, now }) => {
    const asked = { id: params.id, report: body.machine, sentAt: body.sentAt }
    await putMachine(deps, actor, workspace, asked, now)
    return { now: instant(now) }
  },
})
