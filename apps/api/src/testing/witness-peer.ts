import { createServer, type IncomingMessage } from 'node:http'
import { merkle, notes } from '@watchbill/ledger'

interface Answer {
  readonly status: number
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface WitnessPeer {
  readonly url: string
  readonly vkey: string
  /** What it cosigned of each origin; a test may change it. */
  readonly seen: Map<string, { size: number; root: Uint8Array }>
  /** Every status it answered. */
  readonly answered: number[]
  /** Set by a test: answered instead, as long as it is not null. */
  instead: Answer | null
  close(): Promise<void>
}

/** The least witness that holds to C2SP tlog-witness, on loopback: `vkeys` are those of the logs it knows by now. */
export const startWitnessPeer = async (vkeys: () => Promise<readonly string[]>): Promise<WitnessPeer> => {
  const signer = await notes.createSigner('witness.test/w1', new Uint8Array(32).fill(9), 'cosignature')
  const seen: WitnessPeer['seen'] = new Map()
  const answered: number[] = []
  const server = createServer(async (request, response) => {
    const body = await readText(request)
    const answer = peer.instead ?? (await answerTo(body, { seen, signer, vkeys }))
    answered.push(answer.status)
    response.writeHead(answer.status, { 'content-type': 'text/plain', ...answer.headers })
    response.end(answer.body ?? '')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const peer: WitnessPeer = {
    url: `http://127.0.0.1:${port}`,
    vkey: signer.key.text,
    seen,
    answered,
    instead: null,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
  return peer
}

const readText = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}

interface Knowing {
  readonly seen: WitnessPeer['seen']
  readonly signer: notes.Signer
  readonly vkeys: () => Promise<readonly string[]>
}

const answerTo = async (body: string, { seen, signer, vkeys }: Knowing): Promise<Answer> => {
  const split = body.indexOf('\n\n')
  const [first = '', ...lines] = body.slice(0, split).split('\n')
  const old = Number(/^old (\d+)$/.exec(first)?.[1] ?? Number.NaN)
  const note = notes.parseNote(body.slice(split + 2))
  const checkpoint = note && notes.parseCheckpoint(note.text)
  if (!checkpoint || !note || Number.isNaN(old) || lines.length > 63 || old > checkpoint.size)
    return { status: 400 }
  const keys = (await vkeys()).flatMap((text) => notes.parseVerifierKey(text) ?? [])
  const own = keys.filter(({ name }) => name === checkpoint.origin)
  if (own.length === 0) return { status: 404 }
  if ((await notes.verifyNote(note, own)).refused !== null) return { status: 403 }
  const latest = seen.get(checkpoint.origin) ?? { size: 0, root: merkle.rootOf({ roots: [] }) }
  if (latest.size !== old) {
    return { status: 409, body: `${latest.size}\n`, headers: { 'content-type': 'text/x.tlog.size' } }
  }
  const proof = lines.map((line) => new Uint8Array(Buffer.from(line, 'base64')))
  const { size, root } = checkpoint
  if (!merkle.checkConsistency(old, size, proof, latest.root, root)) return { status: 422 }
  seen.set(checkpoint.origin, { size, root })
  return { status: 200, body: `${await notes.cosignLine(note.text, signer, 1_795_176_000)}\n` }
}
