import { createHash } from 'node:crypto'
import { evidence } from '@watchbill/ledger'
import { expect, it } from 'vitest'
import { createLog } from '../testing/log-folder.ts'
import { pageOf, shareOf, testChecker } from '../testing/share-files.ts'
import { readSharePage } from './share-page.ts'

const title = '</script><!--<script> \\u003c \\\\u003c "é" \u2028'
const disclosure = await shareOf(createLog(5), [1, 3], { title })
const page = pageOf(disclosure)

it('finds the exact evidence and the exact program', () => {
  const { evidence: text, scriptSha256, foreign } = readSharePage(page)
  expect(text).toBe(evidence.formatDisclosure(disclosure))
  expect(evidence.parseDisclosure(text ?? '')).toEqual(disclosure)
  expect(scriptSha256).toBe(createHash('sha256').update(testChecker).digest('hex'))
  expect(foreign).toBeNull()
})

it.each<[string, string, string]>([
  ['another script', '</main>', '</main><script>alert(1)</script>'],
  ['another script before all', '<!doctype html>', '<!doctype html><script>alert(1)</script>'],
  ['another script after all', '</html>', '</html><script src="//evil.example"></script>'],
  ['a script in capitals', '</main>', '</main><SCRIPT>alert(1)</SCRIPT>'],
  ['an attribute that runs', '<main>', '<main onclick="alert(1)">'],
  ['an attribute in capitals', '<main>', '<main ONCLICK="alert(1)">'],
  ['an attribute without quotes', '<main>', '<main class=x>'],
  ['an attribute in single quotes', '<main>', "<main class='x'>"],
  ['an attribute that opens a tag', '<main>', '<main title="<img src=x onerror=alert(1)>">'],
  ['an attribute it does not know', '<main>', '<main style="x">'],
  ['a line break in a tag', '<main>', '<main\nclass="x">'],
  ['an image', '<main>', '<main><img src="x">'],
  ['a frame', '<main>', '<main><iframe srcdoc="x"></iframe>'],
  ['a drawing', '<main>', '<main><svg></svg>'],
  ['a link that runs', 'href="?download=1&amp;at=12"', 'href="javascript:alert(1)"'],
  ['a link that runs, spelt otherwise', 'href="?download=1&amp;at=12"', 'href="&#106;avascript:alert(1)"'],
  ['a form', '<main>', '<main><form action="/x"></form>'],
  ['another page at once', '<title>', '<meta http-equiv="refresh" content="0;url=/x"><title>'],
  ['another base', '<title>', '<base href="https://evil.example/"><title>'],
  ['a style sheet from elsewhere', '<title>', '<link rel="stylesheet" href="/x"><title>'],
  ['a comment', '<main>', '<main><!-- -->'],
  ['a processing instruction', '<main>', '<main><?x?>'],
  ['no doctype of ours', '<!doctype html>', '<!DOCTYPE html>'],
  ['a style that does not end', '</style>', ''],
  ['a title that does not end', '</title>', ''],
  ['a tag in a style', '<style>', '<style><p>'],
  ['a comment in its checker', testChecker, `${testChecker}//<!--<script>`],
  ['a tag that does not end', '</html>', '</html'],
  ['a half tag', '</main>', '</main><'],
  ['a second checker', '</body>', `<script id="checker">${testChecker}</script></body>`],
  ['a second evidence', '</main>', '</main><script type="application/json" id="evidence">{}</script>'],
  ['evidence spelt otherwise', '<script type="application/json" id', "<script type='application/json' id"],
  ['a checker with a source', '<script id="checker">', '<script id="checker" src="/x">'],
  ['no checker', `<script id="checker">${testChecker}</script>`, ''],
  ['evidence with a tag', '{"checkpoint"', '<p>{"checkpoint"'],
])('calls a page foreign for %s', (_, old, changed) => {
  expect(page).toContain(old)
  expect(readSharePage(page.replace(old, () => changed)).foreign).not.toBeNull()
})

it('calls a page foreign whose checker comes first', () => {
  const [json = ''] = /<script type=[\s\S]*?<\/script>/.exec(page) ?? []
  expect(
    readSharePage(page.replace(json, '').replace('</body>', () => `${json}</body>`)).foreign,
  ).not.toBeNull()
})

it('notices one changed character of the program', () => {
  const changed = readSharePage(page.replace('"checked"', '"Checked"'))
  expect([changed.foreign, changed.scriptSha256 === readSharePage(page).scriptSha256]).toEqual([null, false])
})

it('finds nothing in what is no page', () => {
  for (const text of ['', '<', '<!doctype html>', 'junk', '<script id="checker">'])
    expect(readSharePage(text)).toMatchObject({ evidence: null, scriptSha256: null })
})
