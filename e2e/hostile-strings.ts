/** What an agent could send to be taken for something else. Each carries the mark, so that it can be found where it was shown. */
const scripts = [
  '<script>$</script>',
  '"><script>$</script>',
  '</script><script>$</script>',
  '</title><script>$</script>',
  '</textarea><script>$</script>',
  '</style><script>$</script>',
  '--><script>$</script>',
  ']]><script>$</script>',
  '<img src=x onerror=$>',
  '<img src=https://evil.test/p.png>',
  '<svg onload=$>',
  '<svg><script href=https://evil.test/s.js></script></svg>',
  '<svg><animate onbegin=$ attributeName=x>',
  '<iframe src=javascript:$>',
  '<iframe srcdoc="<script>$</script>">',
  '<object data=https://evil.test/o>',
  '<embed src=https://evil.test/e>',
  '<link rel=stylesheet href=https://evil.test/c.css>',
  '<style>@import "https://evil.test/c.css"</style>',
  '<style>*{background:url(https://evil.test/b)}</style>',
  '<base href=https://evil.test/>',
  '<meta http-equiv=refresh content="0;url=https://evil.test/">',
  '<form action=https://evil.test/><button autofocus onfocus=$>',
  '<details open ontoggle=$>',
  '<video src=https://evil.test/v onerror=$>',
  '<audio src=x onerror=$>',
  '<body onload=$>',
  '<input autofocus onfocus=$>',
  '<a href="javascript:$">x</a>',
  '<a href=https://evil.test/ ping=https://evil.test/ping>x</a>',
  '<math><mtext><img src=x onerror=$></mtext></math>',
  '<template><script>$</script></template>',
  '<noscript><p title="</noscript><img src=x onerror=$>">',
  '<x contenteditable onblur=$>x',
  '" onmouseover=$ x="',
  "' onfocus=$ autofocus '",
  '` onerror=$ `',
  'javascript:$',
  'data:text/html,<script>$</script>',
  '{{constructor.constructor("$")()}}',
  '#{$}',
  '<%= $ %>',
  '[x](javascript:$)',
  '![x](https://evil.test/m.png)',
  '<https://evil.test/auto>',
  'https://evil.test/plain',
  '__proto__',
  'constructor',
  '\\u003cscript\\u003e$\\u003c/script\\u003e',
  '&lt;script&gt;$&lt;/script&gt;',
  '&#60;script&#62;$&#60;/script&#62;',
  '%3Cscript%3E$%3C/script%3E',
]
const formulas = [
  '=',
  '+',
  '-',
  '@',
  '＝',
  '＋',
  '－',
  '＠',
  ' =',
  '\t=',
  '\r\n=',
  '","=',
  ';=',
  '|=',
].flatMap((sign) => [
  `${sign}cmd|'/C calc'!A0`,
  `${sign}HYPERLINK("https://evil.test/","x")`,
  `${sign}IMPORTXML("https://evil.test/","//a")`,
  `${sign}1+1`,
])
const terminal = [
  '\u001b[2J',
  '\u001b]0;x\u0007',
  '\u001b]8;;https://evil.test/\u0007x',
  '\u001b]52;c;eA==\u0007',
  '\u009b31m',
  '\r',
  '\n',
  '\b\b\b',
  '\u0085',
  '\u000b',
]
const unseen = [
  '\u202e',
  '\u202d',
  '\u2066',
  '\u2067',
  '\u2069',
  '\u200b',
  '\u200c',
  '\u200d',
  '\u200e',
  '\u200f',
  '\u061c',
  '\u2060',
  '\ufeff',
  '\u00ad',
  '\u2028',
  '\u2029',
  '\u180e',
  '\u3164',
  '\u115f',
  '\u{e0041}',
  '\ufe0f',
  '\u034f',
]
const sql = [
  "' OR 1=1 --",
  "'; DROP TABLE entries; --",
  '" OR ""="',
  'x*',
  '"*',
  'NEAR(a b)',
  'a AND NOT b',
  '{a}:b',
  '^a',
  '%',
  '_',
  '\\',
]
const shapes = [
  '\ud83d\ude00'.repeat(40),
  'Ж'.repeat(300),
  'x'.repeat(480),
  'a\u0301'.repeat(200),
  'مرحبا',
  '中文',
  ' ',
  '  ',
  '.',
  '..',
  '../../etc/passwd',
  'file:///etc/passwd',
  '-',
  '--',
  '#',
  '?',
  '?workspace=demo',
  '//evil.test/',
]

/** At least `count` of them, each once; `$` becomes a call that would be noticed. */
export const hostileStrings = (count: number): string[] => {
  const call = 'window.__ran=1'
  const base = [...scripts, ...formulas, ...terminal, ...unseen, ...sql, ...shapes].map((one) =>
    one.replaceAll('$', call),
  )
  const wrap = [
    (one: string) => one,
    (one: string) => `git push ${one}`,
    (one: string) => `${one} origin main`,
    (one: string) => `a${one}b`,
    (one: string) => `"${one}"`,
    (one: string) => `\u202e${one}`,
    (one: string) => `${one}\u200b${one.slice(0, 20)}`,
    (one: string) => `=1+1\n${one}`,
  ]
  const all = wrap.flatMap((around) => base.map(around)).map((one) => wellFormed(one.slice(0, 480)))
  const made = [...new Set(all)]
  if (made.length < count) throw new Error(`only ${made.length} hostile strings`)
  return made
}

/** First and last code point of what a reader would not see. Line breaks and tabs are a page's own. */
const unseenRanges: readonly (readonly [number, number])[] = [
  [0x0, 0x8],
  [0xb, 0xc],
  [0xe, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xfff0, 0xfffb],
  [0xe0000, 0xe0fff],
]

/** The first character of a text that nobody would see, as its code point with what stands before it; null when there is none. */
export const unseenIn = (text: string): string | null => {
  let before = ''
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    if (unseenRanges.some(([first, last]) => code >= first && code <= last))
      return `${before.slice(-40)}U+${code.toString(16)}`
    before = `${before.slice(-40)}${character}`
  }
  return null
}

/** Without half a surrogate pair, which no strict JSON carries. */
export const wellFormed = (text: string): string => text.replace(/[\ud800-\udfff]/gu, '')
