import { commitment, merkle, notes, parseHeader } from '@watchbill/ledger'

/** Runs in the browser. What the dashboard's own workers do with rows and headers, by the same package. */
const answers = {
  /** Rows wherever they stand: each header read, its payload committed to, all of them in the tree of a checkpoint. */
  rows: ({ rows, seqs, note, hashes }) => {
    const { size, root } = notes.parseCheckpoint(notes.parseNote(note).text)
    const committed = rows.every(({ header, members }) =>
      commitment.checkDisclosure(parseHeader(encoder.encode(header)), members),
    )
    const leaves = rows.map(({ header }) => merkle.leafHash(encoder.encode(header)))
    return committed && merkle.checkSelection(seqs, leaves, size, hashes.map(fromBase64), root)
  },

  /** Takes one header a line into memory; answers how many, and their bytes. */
  headers: async ({ url }) => {
    const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer())
    kept = []
    for (let from = 0, end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
      kept.push(bytes.subarray(from, end))
      from = end + 1
    }
    return { count: kept.length, bytes: bytes.length }
  },

  /** All of them: every leaf hashed, every link of the chain compared, every node up to the root, and that in the checkpoint. */
  reverify: ({ note, hashes }) => {
    const { size, root } = notes.parseCheckpoint(notes.parseNote(note).text)
    const started = performance.now()
    let frontier = merkle.emptyFrontier
    let link = ''
    let chained = true
    for (const header of kept) {
      // A canonical header has one such member, and no string in it holds a quote.
      chained &&= link === '' || decoder.decode(header).includes(`"prev":"${link}"`)
      const leaf = merkle.leafHash(header)
      frontier = merkle.appendLeaf(frontier, leaf)
      link = toBase64url(leaf)
    }
    const made = merkle.rootOf(frontier)
    const ms = performance.now() - started
    const proof = hashes.map(fromBase64)
    return { ms, holds: chained && merkle.checkConsistency(kept.length, size, proof, made, root) }
  },
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()
let kept = []

const fromBase64 = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
const toBase64url = (bytes) =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace('=', '')

globalThis.onmessage = async ({ data: { id, kind, question } }) => {
  try {
    globalThis.postMessage({ id, answer: await answers[kind](question) })
  } catch (error) {
    globalThis.postMessage({ id, failed: String(error?.stack ?? error) })
  }
}
