import type { VNode } from './vnode.ts'

const empty: ReadonlySet<string> = new Set(['br', 'meta', 'link'])

/** HTML of a piece. TRUST BOUNDARY: whatever stands in a text or an attribute value stays one. */
export const formatHtml = (node: VNode): string => {
  if (typeof node === 'string') return escapeText(node)
  const { tag, attrs, children } = node
  const said = Object.entries(attrs).map(([name, value]) => ` ${name}="${escapeText(value)}"`)
  const open = `<${tag}${said.join('')}>`
  return empty.has(tag) ? open : `${open}${children.map(formatHtml).join('')}</${tag}>`
}

/** Fit for a text and for a quoted attribute value. A bare CR would come back as LF, NUL as nothing. */
const escapeText = (text: string): string => text.replace(/[&<>"'\r\0]/g, (one) => entities[one] ?? '')

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '\r': '&#13;',
  '\0': '\ufffd',
}
