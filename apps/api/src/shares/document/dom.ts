import type { VNode } from './vnode.ts'

/** Nodes of a piece, made one by one: no text ever meets a parser (Trusted Types 'none' would refuse it). */
export const createNode = (node: VNode): Node => {
  if (typeof node === 'string') return document.createTextNode(node)
  const element = document.createElement(node.tag)
  for (const [name, value] of Object.entries(node.attrs)) element.setAttribute(name, value)
  element.append(...node.children.map(createNode))
  return element
}
