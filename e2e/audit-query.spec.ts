import { readFile } from 'node:fs/promises'
import {
  aCall,
  asked,
  bar,
  chart,
  chips,
  facet,
  layoutShift,
  lead,
  noViolation,
  panel,
  problem,
  row,
  rows,
  untilSealed,
} from './audit-page.ts'
import { aRefusal, Producer } from './entries.ts'
import { expect, signIn, test } from './fixtures.ts'
import { anId, aSnapshot } from './reports.ts'

test('a question is typed with completion, mended where it is wrong, and narrowed by clicks', async ({
  client,
  plane,
  signedIn: page,
}) => {
  const snapshot = aSnapshot({ name: 'build 07' })
  await client.postSnapshots({ body: { snapshots: [snapshot] } })
  await new Producer().send(client, [
    aRefusal({ agent: snapshot.agent.id }),
    aRefusal(),
    aCall('Read', 'src/app.ts'),
    aCall('Read', 'src/edge.ts'),
    aCall('Bash', 'npm test'),
  ])
  const size = await untilSealed(client)
  await page.goto(`${plane.url}/audit`)
  await expect(lead(page)).toHaveText(`All ${size} entries proven`)
  await expect(rows(page).first()).toContainText('proven')
  expect(await layoutShift(page)).toBeLessThanOrEqual(0.02)

  await page.keyboard.press('/')
  await expect(bar(page)).toBeFocused()
  await page.keyboard.type('dec')
  await expect(page.getByRole('option', { name: 'decision' })).toBeVisible()
  await page.keyboard.press('Tab')
  await expect(bar(page)).toHaveValue('decision:')
  await page.keyboard.type('d')
  await page.keyboard.press('ArrowDown')
  await expect(bar(page)).toHaveAttribute('aria-activedescendant', /.+/)
  await page.keyboard.press('Enter')
  await expect(bar(page)).toHaveValue('decision:deny')
  await page.keyboard.type(' toul:Bash')
  await page.keyboard.press('Enter')
  await expect(problem(page).locator('mark')).toHaveText('toul')
  await expect(problem(page)).toContainText('Did you mean tool?')
  expect(asked(page)).toBeNull()
  await bar(page).fill('decision:deny -tool:Read')
  await page.keyboard.press('Enter')
  await expect(lead(page)).toHaveText(`2 of ${size} entries answer`)
  await expect(problem(page).locator('mark')).toHaveCount(0)
  await expect(rows(page)).toHaveCount(2)
  for (const one of await rows(page).all()) await expect(one).toContainText('proven')

  await expect(chips(page).getByRole('listitem').first()).toContainText('decision:deny')
  await expect(chips(page)).toContainText('not')
  await chips(page).getByRole('button', { name: 'Remove decision:deny' }).click()
  await expect(bar(page)).toHaveValue('-tool:Read')
  await chips(page).getByRole('button', { name: 'Remove -tool:Read' }).click()
  await expect(lead(page)).toHaveText(`All ${size} entries proven`)

  await facet(page, 'tool')
    .getByRole('button', { name: /^Read 2/ })
    .click()
  await expect(lead(page)).toHaveText(`2 of ${size} entries answer`)
  await expect(facet(page, 'tool').getByRole('button', { name: /^Read/ })).toHaveAttribute(
    'aria-pressed',
    'true',
  )
  await facet(page, 'tool')
    .getByRole('button', { name: /^Bash 3/ })
    .click({ modifiers: ['Shift'] })
  await expect.poll(() => asked(page)).toBe('tool:Read -tool:Bash')
  await bar(page).press('End')
  await page.keyboard.type(' agent:bu')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await expect.poll(() => asked(page)).toBe('tool:Read -tool:Bash agent:"build 07"')
  await expect(page.getByText('No entry answers').first()).toBeVisible()
  await page.getByRole('button', { name: 'Leave out tool:Read' }).click()
  await expect.poll(() => asked(page)).toBe('-tool:Bash agent:"build 07"')
  await page.goBack()
  await page.goBack()
  await expect(bar(page)).toHaveValue('tool:Read -tool:Bash')
  await expect(rows(page)).toHaveCount(2)
})

test('time is chosen in the drawing by keys and by a press; the panel goes on to the next answer', async ({
  client,
  plane,
  signedIn: page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const session = anId('ses')
  const seqs = await new Producer().send(client, [
    aCall('Read', 'a.ts', session),
    aRefusal(),
    aCall('Read', 'b.ts', session),
    aCall('Read', 'c.ts'),
  ])
  const [first = 0, , second = 0, third = 0] = seqs
  const size = await untilSealed(client)
  await page.goto(`${plane.url}/audit?q=tool:Read+last:24h`)
  await expect(rows(page)).toHaveCount(3)
  await expect(page.getByRole('region', { name: 'Over time' })).toContainText(
    `entries to ${size} indexed, none behind`,
  )
  await chart(page).focus()
  await page.keyboard.press('End')
  await page.keyboard.press('Shift+ArrowLeft')
  await expect(chart(page)).toHaveAttribute('aria-valuetext', /: 3 entries/)
  await page.keyboard.press('Escape')
  await expect(chart(page)).toHaveAttribute('aria-valuetext', /a bar is/)
  await page.keyboard.press('End')
  await page.keyboard.press('Enter')
  await expect.poll(() => asked(page)).toMatch(/^tool:Read after:\S+Z before:\S+Z$/)
  await expect(rows(page)).toHaveCount(3)
  await page.getByRole('button', { name: 'Last hour' }).click()
  await expect.poll(() => asked(page)).toBe('tool:Read last:1h')
  await expect(chart(page)).toHaveAttribute('aria-valuetext', /3 entries/)
  const box = await chart(page).boundingBox()
  if (box === null) throw new Error('nothing is drawn')
  await page.mouse.click(box.x + 4, box.y + 20)
  await expect.poll(() => asked(page)).toMatch(/^tool:Read after:\S+Z before:\S+Z$/)
  await expect(page.getByText('No entry answers').first()).toBeVisible()
  await page.getByRole('button', { name: 'Search all time' }).click()
  await expect(rows(page)).toHaveCount(3)

  await row(page, third).getByRole('link').first().click()
  await expect(panel(page)).toContainText(`Entry ${third}`)
  await expect(panel(page).getByRole('button', { name: 'Previous entry' })).toBeDisabled()
  await panel(page).getByRole('button', { name: 'Next entry' }).click()
  await expect(panel(page)).toContainText(`Entry ${second}`)
  await page.keyboard.press('j')
  await expect(panel(page)).toContainText(`Entry ${first}`)
  await page.keyboard.press('.')
  const link = new URL(await page.evaluate(() => navigator.clipboard.readText()))
  expect(Object.fromEntries(link.searchParams)).toEqual({ q: 'tool:Read', seq: String(first) })
  await expect(panel(page)).toContainText('✓ the root of checkpoint')
  await panel(page).getByRole('button', { name: 'Same session' }).click()
  await expect.poll(() => asked(page)).toBe(`tool:Read session:${session}`)
  await expect(rows(page)).toHaveCount(2)
})

test('a query is kept by a name, and its answer is saved and checked again, whatever agents wrote', async ({
  client,
  plane,
  page,
}, info) => {
  const complaints: string[] = []
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  await signIn(page, plane)
  const hostile = '"><img src=x onerror=alert(1)> OR tool:Bash \u202Egnp.exe'
  await new Producer().send(client, [
    aCall(hostile, `=cmd|' /C calc'!A0 ${hostile}`),
    aCall('javascript:alert(1)', '\u200bx'),
    aRefusal(),
  ])
  await untilSealed(client)
  await page.goto(`${plane.url}/audit`)
  await facet(page, 'tool')
    .getByRole('button', { name: /^"><img/ })
    .click()
  await expect(lead(page)).toHaveText(/^1 of /)
  await expect(rows(page)).toHaveCount(1)
  await rows(page).getByRole('link').first().click()
  expect(asked(page)).toBe(`tool:"${hostile.replace('"', '\\"')}"`)
  await panel(page).getByRole('button', { name: 'Same tool' }).click()
  await expect(lead(page)).toHaveText(/^1 of /)
  expect(await page.locator('body').innerText()).not.toContain('\u202E')
  await expect(page.locator('img[src="x"]')).toHaveCount(0)
  await expect(page.locator('a[href^="javascript:"]')).toHaveCount(0)

  await page.getByRole('button', { name: 'Views' }).click()
  await page.getByLabel('Save this query as').fill('Odd tools')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  const views = page.getByRole('region', { name: 'Saved views' })
  await expect(views.getByRole('button', { name: 'Odd tools', exact: true })).toBeVisible()
  await views.getByRole('button', { name: 'Rename Odd tools' }).click()
  await views.getByLabel('New name').fill('Odder tools')
  await views.getByRole('button', { name: 'Rename', exact: true }).click()
  await page.goto(`${plane.url}/audit`)
  await page.getByRole('button', { name: 'Views' }).click()
  await views.getByRole('button', { name: 'Odder tools', exact: true }).click()
  await expect(lead(page)).toHaveText(/^1 of /)

  await page.getByRole('button', { name: 'Export' }).click()
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'JSON lines' }).click()
  const file = info.outputPath('entries.jsonl')
  await (await download).saveAs(file)
  await expect(page.getByText('Saved 1 entries')).toBeVisible()
  const text = await readFile(file, 'utf8')
  const check = async (content: string) => {
    await page.getByRole('button', { name: 'Export' }).click()
    const chooser = page.waitForEvent('filechooser')
    await page.getByRole('button', { name: 'Verify an export…' }).click()
    await (await chooser).setFiles({
      name: 'kept.jsonl',
      mimeType: 'application/jsonl',
      buffer: Buffer.from(content),
    })
  }
  await check(text)
  await expect(page.getByText('✓ Consistent')).toBeVisible()
  await expect(page.getByText('a key this browser remembers')).toBeVisible()
  await check(text.replace('tool.called', 'tool.caller'))
  await expect(page.getByText('CONTRADICTED: kept.jsonl')).toBeVisible()

  await page.getByRole('button', { name: 'Views' }).click()
  await views.getByRole('button', { name: 'Remove Odder tools' }).click()
  await views.getByRole('button', { name: 'Yes, remove Odder tools' }).click()
  await expect(views).toContainText('No query is saved yet.')
  expect(complaints.filter((line) => !line.includes('401'))).toEqual([])
})

test('from the question to the share by keyboard alone', async ({ client, plane, signedIn: page }) => {
  await new Producer().send(client, [aRefusal(), aCall('Read', 'a.ts')])
  await untilSealed(client)
  await page.goto(`${plane.url}/audit`)
  await expect(rows(page).first()).toContainText('proven')
  await page.keyboard.press('/')
  await page.keyboard.type('decision:deny')
  await page.keyboard.press('Enter')
  await expect(lead(page)).toHaveText(/^1 of /)
  await page.keyboard.press('Tab')
  await expect(page.getByRole('button', { name: 'Views' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('region', { name: 'Saved views' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('button', { name: 'Views' })).toBeFocused()
  const share = page.getByRole('button', { name: 'Share…' })
  for (
    let steps = 0;
    steps < 6 && !(await share.evaluate((one) => one === document.activeElement));
    steps += 1
  )
    await page.keyboard.press('Tab')
  await expect(share).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog')).toBeVisible()
})

test('a question breaks no WCAG rule, answered, empty or wrong, wide or narrow, light or dark', async ({
  client,
  plane,
  page,
}) => {
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  await signIn(page, plane)
  const [seq = 0] = await new Producer().send(client, [aRefusal(), aCall('Read', 'a.ts')])
  await untilSealed(client)
  for (const [width, colorScheme] of [
    [1440, 'light'],
    [390, 'dark'],
  ] as const) {
    await page.setViewportSize({ width, height: 844 })
    await page.emulateMedia({ colorScheme })
    await page.goto(`${plane.url}/audit?q=decision:deny+-tool:Read+last:24h`)
    await expect(row(page, seq)).toContainText('proven')
    if (width === 390) await page.getByRole('button', { name: /^Narrow by/ }).click()
    await page.getByRole('button', { name: 'Views' }).click()
    await noViolation(page)
  }
  await page.setViewportSize({ width: 1440, height: 844 })
  await page.goto(`${plane.url}/audit?q=tool:Nothing&seq=${seq}`)
  await expect(page.getByText('No entry answers').first()).toBeVisible()
  await expect(panel(page)).toContainText('✓ the root of checkpoint')
  await page.keyboard.press('/')
  await page.keyboard.type(' toul:x')
  await page.keyboard.press('Enter')
  await expect(problem(page).locator('mark')).toHaveText('toul')
  await page.keyboard.type(' dec')
  await expect(page.getByRole('listbox')).toBeVisible()
  await noViolation(page)
})
