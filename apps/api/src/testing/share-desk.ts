import type { Client } from '@watchbill/contract/client'
import { evidence } from '@watchbill/ledger'
import { seal } from '../seal/seal.ts'
import { importMasterKey } from '../seal/seed.ts'
import { unescapeEvidence } from '../shares/document/evidence-text.ts'
import { createTestApp, type TestAppOptions } from './app.ts'
import { createProducer, type EntryIdea } from './entry-samples.ts'
import { openTestPlace } from './seal-desk.ts'
import { useShareChecker } from './share-checker.ts'

type ShareBody = Parameters<Client['postShare']>[0]['body']

/** An installation whose log is sealed, somebody who shares out of it, and visitors. */
export const openShareDesk = async (options: TestAppOptions = {}) => {
  const checker = await useShareChecker()
  const { place, cleanup } = await openTestPlace()
  const sealing = { place, masterKey: await importMasterKey(new Uint8Array(32).fill(7)), outcomes: new Map() }
  const world = await createTestApp({ ...options, deps: { sealing, ...options.deps } })
  const key = await world.key(['audit:share', 'audit:read', 'audit:erase', 'entry:write'])
  const client = world.client(key)
  const producer = createProducer('shares')

  /** A raw request of a browser. */
  const visit = (path: string, cookie: string | null = null, init: RequestInit = {}) =>
    world.request(path, { ...init, headers: { ...(cookie === null ? {} : { cookie }), ...init.headers } })

  const read = async (id: string, cookie: string | null, query = '') => {
    const response = await visit(`/s/open/${id}${query}`, cookie)
    return { response, html: await response.text() }
  }

  return {
    world,
    key,
    client,
    checker,
    visit,
    read,
    seal: () => seal(world.deps, 'default'),
    /** Adds entries and seals them; their places. */
    async add(...ideas: readonly EntryIdea[]): Promise<number[]> {
      const { receipts } = await client.postEntries({
        body: { entries: ideas.map((idea) => producer.next(idea)) },
      })
      await seal(world.deps, 'default')
      return receipts.map(({ seq }) => seq ?? -1)
    },
    /** A new link, taken apart. */
    async share(body: Partial<ShareBody>) {
      const asked = { title: 'Test', redact: [], scope: { kind: 'selection', q: '' } as const, ...body }
      const { share, url } = await client.postShare({ body: asked })
      const { pathname, hash } = new URL(url)
      return { ...share, url, path: pathname, token: pathname.slice(3), pin: hash }
    },
    /** Opens a link as the button of its cover does. */
    async open(path: string) {
      const response = await visit(path, null, { method: 'POST', headers: { origin: 'null' } })
      const [set = ''] = response.headers.getSetCookie()
      const [cookie = ''] = set.split(';')
      return { response, set, cookie, location: response.headers.get('location') ?? '' }
    },
    async close(): Promise<void> {
      await world.close()
      await cleanup()
    },
  }
}

export type ShareDesk = Awaited<ReturnType<typeof openShareDesk>>

/** The evidence as it stands in a document, its escaping undone. */
export const evidenceText = (html: string): string =>
  unescapeEvidence(/<script type="application\/json" id="evidence">([^<]*)<\/script>/.exec(html)?.[1] ?? '')

export const evidenceIn = (html: string): evidence.Disclosure => {
  const disclosure = evidence.parseDisclosure(evidenceText(html))
  if (disclosure === null) throw new Error('the document holds no evidence')
  return disclosure
}
