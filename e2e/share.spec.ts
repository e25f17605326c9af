import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { untilSealed } from './audit-page.ts'
import { aRefusal, Producer } from './entries.ts'
import { anId } from './reports.ts'
import { changeDigit, replace, stopped } from './share-damage.ts'
import { verify } from './share-verify.ts'
import { expect, goTo, lead, open, shareTwo, soundPage, tabTo, test, verdict } from './share-visit.ts'

test('by keyboard alone a question becomes a link; a stranger’s browser proves what it shows and sees nothing it hides', async ({
  plane,
  signedIn: page,
  context,
  sharer: client,
  stranger,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const secret = `deploy ${randomUUID()}`
  const payload = { session: anId('ses'), imported: false, tool: 'Bash', request: secret, by: 'rule' }
  const [seq = 0] = await new Producer().send(client, [aRefusal({ payload }), aRefusal({ withheld: true })])
  await untilSealed(client)

  await goTo(page, `${plane.url}/audit`)
  await expect(page.locator(`[data-seq="${seq}"]`)).toContainText('proven')
  await page.keyboard.press('/')
  await page.keyboard.type('decision:deny')
  await page.keyboard.press('Enter')
  await expect(page.locator('[role=row][data-seq]')).toHaveCount(2)
  const button = page.getByRole('button', { name: 'Share…' })
  await tabTo(page, button)
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Share as a link' })
  await expect(dialog.getByLabel('Title')).toBeFocused()
  await page.keyboard.type('Refused pushes')
  await expect(dialog).toContainText('2 entries, frozen at checkpoint')
  await expect(dialog).toContainText('1 entry was withheld')
  await tabTo(page, dialog.getByRole('checkbox', { name: 'request' }))
  await page.keyboard.press('Space')
  await tabTo(page, dialog.getByRole('button', { name: 'Create link' }))
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: 'Copy link' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: 'Copy link' })).toHaveText('Copied')
  const link = await page.evaluate(() => navigator.clipboard.readText())
  expect(link).toMatch(/^http:\/\/watchbill\.localhost:\d+\/s\/[\w-]{43}#1\.[\w-]{43}\.\d+\.[\w-]{43}$/)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(button).toBeFocused()

  const visitor = await stranger()
  const sent = await (await open(visitor, link)).text()
  await expect(lead(visitor)).toHaveText('✓ These 2 entries stand in the log')
  await expect(verdict(visitor)).toContainText('pinned by you: your link names this key')
  expect(visitor.url()).not.toContain(new URL(link).pathname)
  expect(new URL(visitor.url()).hash).toBe(new URL(link).hash)
  const { entry } = await client.getEntry({ params: { seq: String(seq) }, query: {} })
  const hidden = entry.members?.find((member) => 'name' in member && member.name === 'request')
  const shown = hidden !== undefined && 'key' in hidden ? hidden.key : ''
  const commitment = createHash('sha256')
    .update(Buffer.concat([Buffer.from([0x11]), Buffer.from(shown, 'base64url')]))
    .update(JSON.stringify(['request', secret]))
    .digest('base64url')
  for (const bytes of [await visitor.content(), sent]) {
    expect(bytes).toContain('Refused pushes')
    expect(bytes).toContain(commitment)
    expect(bytes).not.toContain(secret)
    expect(bytes).not.toContain(shown)
  }

  await goTo(page, `${plane.url}/audit/links`)
  const row = page.getByRole('listitem').filter({ hasText: 'Refused pushes' })
  await expect(row).toContainText('open')
  await expect(row).toContainText('2 entries that answered decision:deny, without request')
  await row.getByRole('link', { name: 'Opened once' }).click()
  await expect(page).toHaveURL(/\/audit\?q=share/)
  await expect(page.locator('[role=row][data-seq]')).toHaveCount(2)
  await page.goBack()
  await row.getByRole('button', { name: 'Revoke Refused pushes' }).click()
  await row.getByRole('button', { name: 'Yes, revoke: Refused pushes' }).click()
  await expect(row).toContainText('revoked')
  expect((await visitor.reload())?.status()).toBe(404)
  await expect(visitor.getByRole('heading', { level: 1 })).toHaveText('There is nothing to open here')
})

test('programs that follow a link learn and count nothing; ended, revoked and guessed ones are told alike', async ({
  plane,
  sharer: client,
}) => {
  const past = await shareTwo(client, 1000)
  const [live, revoked] = [await shareTwo(client), await shareTwo(client)]
  await client.removeShare({ params: { id: revoked.share.id } })
  const stateOf = async ({ share: { id } }: typeof past) => (await client.getShare({ params: { id } })).share
  await expect.poll(async () => (await stateOf(past)).state).toBe('expired')
  const guess = randomBytes(32).toString('base64url')
  const ask = async (method: 'GET' | 'POST', token: string) => {
    const response = await fetch(`${plane.apiUrl}/s/${token}`, { method, redirect: 'manual' })
    const headers = [...response.headers].filter(([name]) => !['date', 'x-request-id'].includes(name))
    return { status: response.status, headers, body: await response.text() }
  }

  const size = await untilSealed(client)
  const covers = await Promise.all(Array.from({ length: 100 }, () => ask('GET', live.token)))
  for (const token of [guess, past.token, revoked.token]) covers.push(await ask('GET', token))
  for (const cover of covers) expect(cover).toEqual(covers[0])
  expect(covers[0]?.body).not.toContain('Two entries')
  expect(await stateOf(live)).toMatchObject({ opened: 0, refused: 0 })
  expect((await client.getLog()).size).toBe(size)

  const refusals = [await ask('POST', guess), await ask('POST', past.token), await ask('POST', revoked.token)]
  for (const refusal of refusals) expect(refusal).toEqual(refusals[0])
  expect(refusals[0]?.status).toBe(404)
  await expect.poll(async () => (await stateOf(revoked)).refused).toBe(1)
  expect((await client.getLog()).size).toBe(size)
  expect((await ask('POST', live.token)).status).toBe(303)
})

test('an entry changed in the database is contradicted, and so is a log set back behind what a visitor saw', async ({
  plane,
  sharer: client,
  stranger,
}) => {
  const {
    url,
    share,
    seqs: [kept = 0, changed = 0],
  } = await shareTwo(client)
  const copy = `${plane.data}-copy`
  await stopped(plane, () => cp(plane.data, copy, { recursive: true }))
  await new Producer().send(client, [aRefusal(), aRefusal()])
  const visitor = await stranger()
  await open(visitor, url)
  await expect(lead(visitor)).toHaveText('✓ These 2 entries stand in the log')
  await untilSealed(client)
  await visitor.reload()
  await expect(verdict(visitor)).toContainText('goes on from the')
  const row = (seq: number) =>
    visitor.locator('#rows > li').filter({ has: visitor.locator(`.seq:text-is("${seq}")`) })

  await changeDigit(plane, changed)
  await visitor.reload()
  await expect(lead(visitor)).toHaveText('✕ CONTRADICTED: do not rely on this')
  await expect(row(changed)).toContainText('✕ CONTRADICTED')
  await expect(row(kept)).toContainText('✓ proven')

  await stopped(plane, () => replace(plane.data, copy))
  await open(visitor, url)
  await expect(lead(visitor)).toHaveText('✕ CONTRADICTED: do not rely on this')
  await expect(verdict(visitor)).toContainText('the log is shorter than the')
  const another = await stranger()
  await open(another, url)
  await expect(lead(another)).toHaveText('✓ These 2 entries stand in the log')
  expect(share.count).toBe(2)
})

test('a kept page proves itself with no network at all, and refuses when a byte of it is another one', async ({
  sharer: client,
  stranger,
}, info) => {
  const { url } = await shareTwo(client)
  const { hash } = new URL(url)
  const visitor = await stranger()
  const sent = await (await open(visitor, url)).text()
  const coming = visitor.waitForEvent('download')
  await visitor.getByRole('link', { name: /^Download evidence/ }).click()
  const kept = info.outputPath('kept.html')
  await (await coming).saveAs(kept)
  const text = await readFile(kept, 'utf8')
  expect(text === sent).toBe(true)
  const damaged = async (name: string, from: string | RegExp, to: string) => {
    const path = info.outputPath(name)
    await writeFile(path, text.replace(from, to))
    expect(await readFile(path, 'utf8')).not.toBe(text)
    return path
  }
  const evidence = await damaged('evidence.html', /(\\"type\\":\\"tool\.)refused/, '$1allowed')
  const script = await damaged('script.html', 'do not rely on this', 'you may rely on it')

  const alone = await stranger()
  await alone.context().setOffline(true)
  const asked: string[] = []
  alone.on('request', (request) => asked.push(request.url()))
  await alone.goto(`file://${kept}${hash}`)
  await expect(lead(alone)).toHaveText('✓ These 2 entries stand in the log')
  await expect(verdict(alone)).toContainText('pinned by you: your link names this key')
  await alone.goto(`file://${kept}`)
  await expect(lead(alone)).toHaveText('✓ These 2 entries stand in the log')
  await expect(verdict(alone)).toContainText('not pinned by you')
  await alone.goto(`file://${evidence}${hash}`)
  await expect(lead(alone)).toHaveText('✕ CONTRADICTED: do not rely on this')
  // Its own policy names the script by hash, so another one does not run.
  await alone.goto(`file://${script}${hash}`)
  await expect(lead(alone)).toHaveText('2 entries, not checked yet')
  expect(asked.filter((address) => !address.startsWith('file:'))).toEqual([])

  const pin = hash.split('.')[1] ?? ''
  const said = (words: string, code = 0) => ({ code, said: expect.stringContaining(words) })
  expect(await verify(kept)).toMatchObject(said('not pinned by you'))
  expect(await verify(kept, '--key', pin)).toMatchObject(said('the key you named'))
  expect(await verify(url)).toMatchObject(said('the key that your link names'))
  expect(await verify(evidence)).toMatchObject(said('CONTRADICTED', 1))
  expect(await verify(script)).toMatchObject(said('UNRELEASED SCRIPT', 1))

  const plain = await stranger({ javaScriptEnabled: false })
  await open(plain, url)
  await expect(plain.getByRole('listitem').filter({ hasText: 'Refused' })).toHaveCount(2)
  await expect(plain.getByRole('main')).toContainText('npx watchbill verify')
})

test('nothing of a link violates a WCAG rule, in light and dark, overflows a phone or breaks its own policy', async ({
  plane,
  signedIn: page,
  sharer: client,
  stranger,
}) => {
  const visitor = await stranger()
  await visitor.goto(`${plane.url}/audit/links`)
  await expect(visitor).toHaveURL(/\/sign-in/)
  await goTo(page, `${plane.url}/audit/links`)
  await expect(page.getByRole('main')).toContainText('ask a question on the audit page and press “Share…”')
  await shareTwo(client)
  const complaints: string[] = []
  for (const one of [page, visitor])
    one.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  for (const [colorScheme, width] of [
    ['light', 1440],
    ['dark', 390],
  ] as const) {
    for (const one of [page, visitor]) {
      await one.emulateMedia({ colorScheme })
      await one.setViewportSize({ width, height: 844 })
    }
    await goTo(page, `${plane.url}/audit/links`)
    await page.getByRole('button', { name: 'Revoke Two entries' }).click()
    await soundPage(page, 'main')
    await goTo(page, `${plane.url}/audit`)
    await page.getByRole('button', { name: 'Share…' }).click()
    await page.getByRole('radio', { name: 'Everything between' }).check()
    await page.getByRole('dialog').getByLabel('Title').fill(colorScheme)
    await expect(page.getByRole('dialog')).toContainText('frozen at checkpoint')
    await soundPage(page, 'dialog')
    await page.getByRole('button', { name: 'Create link' }).click()
    await expect(page.getByRole('dialog')).toContainText('shown this once')
    await soundPage(page, 'dialog')
    const link = await page.getByRole('region', { name: 'link', exact: true }).innerText()
    await visitor.goto(link)
    await soundPage(visitor)
    await open(visitor, link)
    await expect(lead(visitor)).toHaveText(/^✓ Entries 0 to \d+ stand in the log, none left out$/)
    await visitor.locator('#rows summary').first().click()
    await soundPage(visitor)
  }
  expect(complaints).toEqual([])
})
