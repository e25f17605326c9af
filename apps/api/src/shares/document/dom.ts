import type { VElement } from './vnode.ts'

/** The element of a piece, made node by node: no text ever meets a parser (Trusted Types 'none' would refuse it). */
export const createNode = ({ tag, attrs, children }: VElement): HTMLElement => {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attrs)) element.setAttribute(name, value)
  // A string becomes a text node.
  element.append(...children.map((child) => (typeof child === 'string' ? child : createNode(child))))
  return element
}
