import { createHash } from 'node:crypto'
import { base64url, evidence, notes } from '@watchbill/ledger'
import { describe, expect, it } from 'vitest'
import { testFolder } from '../testing/folder.ts'
import { listenHttp } from '../testing/listener.ts'
import { createLog, logOrigin, logSigner } from '../testing/log-folder.ts'
import { newestOf, pageOf, shareOf, testChecker } from '../testing/share-files.ts'
import { createMemory } from './memory.ts'
import { formatReport, holds, type Report } from './report.ts'
import { ClosedLinkError, openShare, PinError, parseShareLink } from './share-link.ts'
import type { VerifyOptions } from './verify-log.ts'
import { type ShareSource, verifyShare } from './verify-share.ts'

const released = new Set([createHash('sha256').update(testChecker).digest('hex')])
const fingerprint = notes.fingerprintOf(logSigner.key.text)
const log = createLog(40)
const pin = { vkeyHash: fingerprint, size: log.size, root: base64url.encode(log.root) }

const reader = async (more: Partial<VerifyOptions> = {}): Promise<VerifyOptions> => ({
  pin: null,
  policy: null,
  memory: createMemory(await testFolder()),
  onProgress: () => {},
  ...more,
})
const from = (html: string, more: Partial<ShareSource> = {}): ShareSource => ({
  where: 'share.html',
  pin: null,
  live: false,
  read: async () => html,
  ...more,
})
const kinds = ({ contradictions }: Report) => [...new Set(contradictions.map(({ kind }) => kind))]
const check = async (html: string, more: Partial<ShareSource> = {}, options?: VerifyOptions) =>
  verifyShare(from(html, more), options ?? (await reader()), released)

describe('a share document', () => {
  it('holds, and says what it shows, hides, and cannot exclude', async () => {
    const share = await shareOf(log, [3, 7, 8], { title: 'a\u001b[31m' })
    const report = await check(pageOf(share), { pin })
    expect(holds(report)).toBe(true)
    expect(report).toMatchObject({
      kind: 'share',
      signed: { by: fingerprint, pinned: 'yes' },
      share: { entries: 3, frozenAt: 40, pin: 'matches', script: { released: true, foreign: null } },
    })
    const text = formatReport(report)
    expect(text).toContain('is not excluded')
    expect(text).toContain('the key that your link names')
    expect(text).not.toContain('\u001b')
  })

  it('says of a range that nothing was left out, and of one with a hole that something was', async () => {
    const whole = await shareOf(log, [3, 4, 5], { kind: 'range', range: { from: 3, to: 6 } })
    expect(formatReport(await check(pageOf(whole)))).toContain('excluded: every header from 3 to 5')
    const hole = await shareOf(log, [3, 5], { kind: 'range', range: { from: 3, to: 6 } })
    const report = await check(pageOf(hole))
    expect([kinds(report), holds(report), report.share?.complete]).toEqual([['range'], false, false])
    expect(formatReport(report)).toContain('NOT EXCLUDED')
  })

  it('without the pin of its link is said not to be pinned', async () => {
    const report = await check(pageOf(await shareOf(log, [3])))
    expect([holds(report), report.signed.pinned, report.share?.pin]).toEqual([true, 'not asked', 'none'])
    expect(formatReport(report)).toContain('not pinned by you')
  })

  it.each<[string, Partial<evidence.Pin>, string]>([
    ['another tree', { root: base64url.encode(new Uint8Array(32)) }, 'history'],
    ['another size', { size: 41 }, 'history'],
    ['another key', { vkeyHash: 'A'.repeat(43) }, 'key'],
  ])('is contradicted by a pin that names %s', async (_, change, kind) => {
    const report = await check(pageOf(await shareOf(log, [3])), { pin: { ...pin, ...change } })
    expect([kinds(report), holds(report), report.share?.pin]).toEqual([[kind], false, 'contradicts'])
  })

  it('names the entry that was changed', async () => {
    const page = pageOf(await shareOf(log, [3, 7, 8]))
    const header = await check(page.replace('"ts\\":1795176000007', '"ts\\":1795176000009'))
    expect([kinds(header), header.share?.contradicted.map(({ seq }) => seq)]).toEqual([['inclusion'], [7]])
    const member = await check(page.replace('git push', 'git pull'))
    expect([kinds(member), member.share?.contradicted.map(({ seq }) => seq)]).toEqual([['commitment'], [3]])
    expect(formatReport(member)).toContain('CONTRADICTED  at entry 3')
  })

  it('whose program is not ours fails, though its evidence holds, and says so', async () => {
    for (const page of [
      pageOf(await shareOf(log, [3]), 'alert(1)'),
      pageOf(await shareOf(log, [3])).replace('<main>', '<main><script>alert(1)</script>'),
    ]) {
      const report = await check(page)
      expect([report.consistent, kinds(report), holds(report)]).toEqual(['yes', [], false])
      expect(formatReport(report)).toMatch(/nreleased script|UNRELEASED SCRIPT/)
      expect(formatReport(report)).toContain('the evidence itself holds')
    }
  })

  it('that is none is refused', async () => {
    for (const html of ['', '<!doctype html>', pageOf(await shareOf(log, [3])).replace('"v":1', '"v":2')]) {
      const report = await check(html)
      expect([kinds(report), holds(report)]).toEqual([['unreadable'], false])
    }
  })
})

describe('what the reader knows', () => {
  it('--key has to be the key that signed, whatever the link names', async () => {
    const html = pageOf(await shareOf(log, [3]))
    expect((await check(html, {}, await reader({ pin: logSigner.key.text }))).signed.pinned).toBe('yes')
    expect((await check(html, {}, await reader({ pin: fingerprint }))).signed.pinned).toBe('yes')
    const seed = new Uint8Array(32).fill(5)
    const other = (await notes.createSigner(logOrigin, seed, 'ed25519')).key.text
    for (const asked of [other, notes.fingerprintOf(other)]) {
      const report = await check(html, { pin }, await reader({ pin: asked }))
      expect([report.signed.pinned, holds(report)]).toEqual(['no', false])
    }
  })

  it('the newest tree is remembered where its key was pinned, and nowhere else', async () => {
    const grown = createLog(60)
    const html = pageOf(await shareOf(log, [3], { newest: await newestOf(log, grown) }))
    const options = await reader()
    await check(html, {}, options)
    expect(await options.memory.read(logOrigin)).toBeNull()
    await check(html, { pin }, options)
    expect(await options.memory.read(logOrigin)).toMatchObject({ size: 60, vkey: logSigner.key.text })
    const again = await check(html, {}, options)
    expect([again.signed.pinned, again.seenBefore]).toEqual(['yes', { size: 60, extends: 'yes' }])
  })

  it('a kept file is just old; a live log that is shorter took something back, and a fork is one anywhere', async () => {
    const options = await reader()
    const [grown, fork] = [createLog(60), createLog(60, 'other', 50)]
    const old = pageOf(await shareOf(log, [3]))
    const remember = (of: typeof grown) =>
      options.memory.write({ origin: logOrigin, size: 60, root: of.root, vkey: logSigner.key.text })
    await remember(grown)
    const kept = await check(old, {}, options)
    expect([kept.seenBefore, holds(kept)]).toEqual([{ size: 60, extends: 'unknown' }, true])
    const live = await check(old, { live: true }, options)
    expect([kinds(live), live.seenBefore, holds(live)]).toEqual([
      ['history'],
      { size: 60, extends: 'no' },
      false,
    ])
    await remember(fork)
    const forked = pageOf(await shareOf(log, [3], { newest: await newestOf(log, grown) }))
    expect(kinds(await check(forked, {}, options))).toEqual(['history'])
    expect(await options.memory.read(logOrigin)).toMatchObject({ root: fork.root })
  })

  it('a server is asked what leads from the tree that was seen to its newest one', async () => {
    const options = await reader()
    const [between, grown] = [createLog(50), createLog(60)]
    const asked: (number | null)[] = []
    const newest = await newestOf(log, grown)
    const answer = async (seen: number | null) => {
      asked.push(seen)
      const hashes = (await newestOf(between, grown)).hashes
      return pageOf(await shareOf(log, [3], { newest, seen: seen === null ? null : { size: seen, hashes } }))
    }
    await options.memory.write({ origin: logOrigin, size: 50, root: between.root, vkey: logSigner.key.text })
    const report = await check('', { live: true, read: answer }, options)
    expect([asked, report.seenBefore, holds(report)]).toEqual([
      [null, 50],
      { size: 50, extends: 'yes' },
      true,
    ])
    expect(await options.memory.read(logOrigin)).toMatchObject({ size: 60 })
  })
})

describe('a share link', () => {
  const token = 'T'.repeat(43)
  /** A control plane with one link, and all it was asked for. */
  const serve = async (html: string, more: { location?: string; cookie?: string; status?: number } = {}) => {
    const asked: string[] = []
    const port = await listenHttp((request, response) => {
      const { method, url = '', headers } = request
      asked.push(`${method} ${url} ${headers.cookie ?? ''}`.trim())
      if (method === 'POST' && url === `/s/${token}`)
        response.writeHead(more.status ?? 303, {
          location: more.location ?? '/s/open/shr_1',
          'set-cookie': [`${more.cookie ?? 'visit=secret'}; Path=/; HttpOnly`],
        })
      else if (url.startsWith('/s/open/shr_1') && headers.cookie === 'visit=secret')
        response.writeHead(200, { 'content-type': 'text/html' }).write(html)
      else response.writeHead(404)
      response.end()
    })
    const link = parseShareLink(`http://127.0.0.1:${port}/s/${token}${evidence.formatPin(pin)}`)
    return { asked, link: link ?? expect.fail(), port }
  }

  it('is opened once, read by its cookie, and held against its pin, which nobody is told', async () => {
    const { asked, link } = await serve(pageOf(await shareOf(log, [3])))
    const opened = await openShare(link)
    const report = await check('', { where: link.shown, pin: link.pin, live: true, ...opened })
    expect([holds(report), report.share?.pin]).toEqual([true, 'matches'])
    expect(asked).toEqual([`POST /s/${token}`, 'GET /s/open/shr_1 visit=secret'])
    expect(formatReport(report)).not.toContain(token)
    await opened.read(12)
    expect(asked.at(-1)).toBe('GET /s/open/shr_1?seen=12 visit=secret')
  })

  it('that is closed says so', async () => {
    const { link } = await serve('', { status: 404 })
    await expect(openShare(link)).rejects.toThrow(ClosedLinkError)
    const other = await serve('', { cookie: 'visit=other' })
    await expect((await openShare(other.link)).read(null)).rejects.toThrow(ClosedLinkError)
  })

  it.each<[string, object, string]>([
    ['to another port', { location: 'http://127.0.0.1:1/s/open/x' }, 'another origin'],
    ['to another host', { location: '//evil.example/s/open/x' }, 'another origin'],
    ['to another scheme', { location: 'https://127.0.0.1/x' }, 'another origin'],
    ['to nowhere', { location: '' }, 'another origin'],
    ['of another kind', { status: 302 }, 'redirect'],
    ['that asks to post again', { status: 307 }, 'redirect'],
    ['that is none', { status: 200 }, 'not as a share link does'],
    ['for too many', { status: 429 }, 'asks to wait'],
  ])('follows no redirect %s', async (_, more, message) => {
    const { asked, link } = await serve('', more)
    await expect(openShare(link)).rejects.toThrow(message)
    expect(asked).toEqual([`POST /s/${token}`])
  })

  it('is followed by one redirect only', async () => {
    const { link, port } = await serve('')
    const second = await listenHttp((request, response) => {
      const at = request.method === 'POST' ? `/s/open/shr_1` : `http://127.0.0.1:${port}/s/open/shr_1`
      response.writeHead(303, { location: at, 'set-cookie': 'visit=secret' }).end()
    })
    const moved = { ...link, url: link.url.replace(String(port), String(second)) }
    await expect((await openShare(moved)).read(null)).rejects.toThrow('redirect (303) refused')
  })

  it('has 32 MB and no more', async () => {
    const { link } = await serve(' '.repeat(33 * 1024 * 1024))
    await expect((await openShare(link)).read(null)).rejects.toThrow('answer over')
  })

  it('is never asked for in the clear beyond this machine', async () => {
    await expect(openShare({ url: 'http://watchbill.example/s/x', shown: '', pin: null })).rejects.toThrow(
      'https',
    )
  })

  it('is known from other links, and its pin has to be whole', () => {
    const at = (text: string) => parseShareLink(text)
    expect(at(`https://host/s/${token}`)).toEqual({
      url: `https://host/s/${token}`,
      shown: 'https://host/s/…',
      pin: null,
    })
    expect(at(`http://watchbill.localhost:4100/s/${token}`)?.url).toBe(`http://127.0.0.1:4100/s/${token}`)
    for (const other of [
      'https://host/log/default',
      'https://host/s/',
      `https://host/s/${token}/x`,
      `https://host/x/s/${token}`,
      `https://host/s/${token}?x=1`,
      'https://host/s/open/shr_1',
      'share.html',
    ])
      expect(at(other)).toBeNull()
    for (const cut of ['#1', `#1.${fingerprint}`, evidence.formatPin(pin).slice(0, -1)])
      expect(() => at(`https://host/s/${token}${cut}`)).toThrow(PinError)
  })
})
