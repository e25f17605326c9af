import { h, type VNode } from './vnode.ts'

/**
 * Characters a reader would not see: controls, joiners and fillers, zero-width, bidi, lone surrogates, variation selectors,
 * tags. The same as apps/web/src/lib/reveal.ts.
 */
const hidden =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: each stands for itself.
  /[\0-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/u

const splitting = new RegExp(`(${hidden.source})`, 'u')

const codeOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`

/** Text of agents and people so that nothing in it stays unseen (SECURITY "agent text is text nodes only"). */
export const reveal = (text: string): VNode[] =>
  text.split(splitting).flatMap((part, index) => {
    if (index % 2 === 0) return part === '' ? [] : [part]
    const mark = h('span', { class: 'u' }, codeOf(part))
    return part === '\n' ? [mark, '\n'] : [mark]
  })

/** The same as one string, for a title. */
export const plainText = (text: string): string =>
  text
    .split(splitting)
    .map((part, index) => (index % 2 === 0 ? part : `<${codeOf(part)}>`))
    .join('')
