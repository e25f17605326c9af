/** Paths of this dashboard; `workspace` rides along, so a demo link stays a demo link. */
export function createLinks(workspace: string | null) {
  const link = (path: string, more: Readonly<Record<string, string | null | undefined>> = {}) => {
    const search = new URLSearchParams()
    if (workspace !== null) search.set('workspace', workspace)
    for (const [name, value] of Object.entries(more)) {
      if (value !== null && value !== undefined && value !== '') search.set(name, value)
    }
    const text = search.toString()
    return text === '' ? path : `${path}?${text}`
  }
  return {
    fleet: (filters?: Readonly<Record<string, string | null | undefined>>) => link('/', filters),
    agent: (id: string) => link(`/agents/${encodeURIComponent(id)}`),
    sessions: (filters?: Readonly<Record<string, string | null | undefined>>) => link('/sessions', filters),
    session: (id: string) => link('/sessions', { session: id }),
    audit: (filters?: Readonly<Record<string, string | null | undefined>>) => link('/audit', filters),
    /** `q`: among the entries of a query. */
    entry: (seq: number, q: string | null = null) => link('/audit', { q, seq: String(seq) }),
    shareLinks: () => link('/audit/links'),
    shareVisits: (id: string) => link('/audit', { q: `share:${id}` }),
    settings: () => link('/settings'),
    health: () => link('/health'),
    readiness: () => link('/readiness'),
    reference: () => link('/reference'),
  }
}
export type Links = ReturnType<typeof createLinks>
