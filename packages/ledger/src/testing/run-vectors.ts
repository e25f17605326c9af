import { base64 } from '../base64.ts'
import { checkEvidence } from './evidence-vectors.ts'
import { checkMerkle } from './merkle-vectors.ts'
import { checkNotes } from './note-vectors.ts'
import { checkEntry, checkJson, checkPayloadVector } from './text-vectors.ts'
import { checkTiles } from './tile-vectors.ts'
import type { VectorCheck } from './vector-reading.ts'

/** A file below testdata/, as any runtime can be handed it. */
export interface VectorFile {
  /** `merkle/valid/root-7.json` */
  readonly path: string
  /** Standard base64. */
  readonly bytes: string
}

const checks: Readonly<Record<string, VectorCheck>> = {
  json: checkJson,
  entry: checkEntry,
  payload: checkPayloadVector,
  merkle: checkMerkle,
  tiles: checkTiles,
  notes: checkNotes,
  evidence: checkEvidence,
}

export interface VectorReport {
  readonly count: number
  /** `path: what is wrong` */
  readonly failures: readonly string[]
}

/** Runs every vector; knows no runtime, so that Node, workerd and Chromium run the very same. */
export const runVectors = async (files: readonly VectorFile[]): Promise<VectorReport> => {
  const failures: string[] = []
  for (const { path, bytes } of files) {
    const wrong = await runOne(path, base64.decode(bytes) ?? new Uint8Array())
    if (wrong !== null) failures.push(`${path}: ${wrong}`)
  }
  return { count: files.length, failures }
}

const runOne = async (path: string, bytes: Uint8Array): Promise<string | null> => {
  const [, kind = 'json', folder, name = ''] = /^(?:(\w+)\/)?(valid|invalid)\/(.+)\.json$/.exec(path) ?? []
  const check = checks[kind]
  if (check === undefined || folder === undefined) return 'no check knows this file'
  try {
    return await check({ name, valid: folder === 'valid', bytes })
  } catch (error) {
    return `threw ${error instanceof Error ? error.message : 'something'}`
  }
}
