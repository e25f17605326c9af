import type { SchemaNode } from './schema-tree.ts'

/** A schema as a readable tree: name, type, whether it must be there, limits; nested objects fold open. */
export function SchemaLines({ nodes, depth = 0 }: { nodes: readonly SchemaNode[]; depth?: number }) {
  return (
    <ul className={depth === 0 ? '' : 'ml-1.5 border-l pl-3.5'}>
      {nodes.map((node) => (
        <li key={node.name}>
          {node.children.length === 0 ? (
            <Line node={node} />
          ) : (
            <details>
              <summary className="marker:text-muted">
                <Line node={node} inline />
              </summary>
              <SchemaLines nodes={node.children} depth={depth + 1} />
            </details>
          )}
        </li>
      ))}
    </ul>
  )
}

function Line({ node, inline = false }: { node: SchemaNode; inline?: boolean }) {
  const notes = [node.required ? null : 'optional', node.nullable ? 'may be null' : null, ...node.limits]
  return (
    <span className={`${inline ? 'inline' : 'block pl-3.5'} py-0.5 wrap-anywhere`}>
      <code className="font-semibold">{node.name}</code> <SchemaType node={node} />
      <span className="text-muted">{notes.filter((note) => note !== null).map((note) => ` · ${note}`)}</span>
    </span>
  )
}

/** `list of Session`, the name a link to where it is told. */
function SchemaType({ node: { type, shape } }: { node: SchemaNode }) {
  if (shape === null) return <span>{type}</span>
  return (
    <span>
      {type.slice(0, type.length - shape.length)}
      <a href={`#shape-${shape}`}>{shape}</a>
    </span>
  )
}
