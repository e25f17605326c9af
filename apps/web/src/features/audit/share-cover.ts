import type { SharePreview } from './share-preview.ts'

/** What stays hidden from visitors: members by name, and content unless it was asked for. */
export interface ShareCover {
  readonly hidden: ReadonlySet<string>
  readonly content: boolean
}

export const noCover: ShareCover = { hidden: new Set(), content: false }

type Member = SharePreview['members'][number]

/** Content is hidden whole while it is not asked for; its boxes cannot be opened one by one. */
export const isHidden = ({ name, content }: Member, cover: ShareCover): boolean =>
  cover.hidden.has(name) || (content && !cover.content)

/** Names to redact. What is hidden for being content needs no name: the link has none of it. */
export function redactedOf(cover: ShareCover, members: readonly Member[]): string[] {
  return members
    .filter((member) => cover.hidden.has(member.name) && (!member.content || cover.content))
    .map(({ name }) => name)
}

export function turned(cover: ShareCover, name: string): ShareCover {
  const hidden = new Set(cover.hidden)
  if (!hidden.delete(name)) hidden.add(name)
  return { ...cover, hidden }
}
