/**
 * A piece of a page. One tree for both sides: the server writes it as HTML (`html.ts`), the checker builds it out of nodes
 * (`dom.ts`). Tags and attribute names are ours; texts and attribute values may be anybody's.
 */
export type VNode = string | VElement

export interface VElement {
  readonly tag: string
  readonly attrs: Readonly<Record<string, string>>
  readonly children: readonly VNode[]
}

/** Nothing, one piece or several. */
type Child = VNode | null | readonly VNode[]

export const h = (
  tag: string,
  attrs: Readonly<Record<string, string>> | null,
  ...children: Child[]
): VElement => ({ tag, attrs: attrs ?? {}, children: children.flatMap((child) => child ?? []) })
