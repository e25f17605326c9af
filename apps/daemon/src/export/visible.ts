const hidden =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must be seen
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu
const loneSurrogates = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/** Foreign text with control, bidi and zero-width characters written out, `\u{202e}`; line breaks and tabs stay. */
export const visible = (text: string): string =>
  text
    .replace(/\r\n/g, '\n')
    .replace(hidden, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
    .replace(loneSurrogates, '\ufffd')

/** The same within a JSON text: escaped as JSON has it, so that parsing gives the text back. */
export const visibleJson = (json: string): string =>
  json.replace(hidden, (character) =>
    [...Array(character.length).keys()]
      .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
      .join(''),
  )
