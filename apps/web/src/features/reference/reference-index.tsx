import type { OperationGroup } from './operation-groups.ts'

/** Every call by name, by resource; a click goes to it. */
export function ReferenceIndex({ groups }: { groups: readonly OperationGroup[] }) {
  if (groups.length === 0) return null
  return (
    <nav
      aria-label="Calls"
      className="grid grid-cols-1 gap-x-8 gap-y-3 border-t px-4 py-3 sm:grid-cols-2 sm:px-6 xl:grid-cols-4"
    >
      {groups.map((group) => (
        <div key={group.id} className="min-w-0">
          <h2>
            <a href={`#${group.id}`} className="quiet font-semibold">
              {group.title}
            </a>
          </h2>
          <ul>
            {group.operations.map((operation) => (
              <li key={operation.name} className="truncate">
                <a href={`#${operation.name}`} className="quiet inline-block py-[3px]">
                  <code>
                    <span className="text-muted">{operation.method}</span> {operation.path}
                  </code>
                </a>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  )
}
