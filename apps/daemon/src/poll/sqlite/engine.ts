import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { SqlModule } from 'sql.js/dist/sql-wasm-browser.js'
// Not the build for Node: that one asks for __dirname, which a bundled ES module does not have.
import initSqlJs from 'sql.js/dist/sql-wasm-browser.js'
import { errorCode } from '../../error-code.ts'

let engine: Promise<SqlModule> | null = null

/** SQLite compiled to WebAssembly, loaded at the first use: it knows no files, only bytes it is given. */
export const sqlite = (): Promise<SqlModule> => {
  engine ??= load()
  engine.catch(forgetSqlite)
  return engine
}

/** After an error that may have left it broken (memory, an abort): the next use gets a new one. */
export const forgetSqlite = (): void => {
  engine = null
}

const load = async (): Promise<SqlModule> => initSqlJs({ wasmBinary: await wasm() })

/** Beside the bundle (scripts/bundle.mjs puts it there); in the source tree where the package has it. */
const wasm = async (): Promise<Uint8Array> => {
  try {
    return await readFile(new URL('./sql-wasm.wasm', import.meta.url))
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
    return readFile(createRequire(import.meta.url).resolve('sql.js/dist/sql-wasm-browser.wasm'))
  }
}
