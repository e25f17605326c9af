import { isRow, rawAt, valueAt } from '@watchbill/runtimes/row'

/** Text of a content field: a string, blocks with text in them, or else the JSON of it. What is no text is named only. */
export const contentText = (content: unknown): string => {
  if (typeof content === 'string') return content
  if (content === null || content === undefined) return ''
  if (Array.isArray(content)) return content.map(blockText).filter(Boolean).join('\n')
  return isRow(content) ? blockText(content) : String(content)
}

const blockText = (block: unknown): string => {
  if (typeof block === 'string') return block
  if (!isRow(block)) return JSON.stringify(block) ?? ''
  const text = rawAt(block, 'text') ?? rawAt(block, 'content') ?? rawAt(block, 'output')
  if (text !== null) return text
  const type = rawAt(block, 'type')
  if (type !== null && /image|audio|document|file|media|inline/i.test(type)) return `[${type}]`
  return valueAt(block, 'text') === '' ? '' : JSON.stringify(block)
}
