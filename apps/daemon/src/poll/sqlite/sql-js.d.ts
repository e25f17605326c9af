/** The part of sql.js that is used here; it ships without types. */
declare module 'sql.js/dist/sql-wasm-browser.js' {
  export interface SqlDatabase {
    /** Every statement that gives rows, in order. Throws Error with SQLite's message. */
    exec(
      sql: string,
    ): { readonly columns: readonly string[]; readonly values: readonly (readonly unknown[])[] }[]
    close(): void
  }
  export interface SqlModule {
    /** An in-memory copy of these bytes. */
    readonly Database: new (
      bytes: Uint8Array,
    ) => SqlDatabase
  }
  const init: (options: { readonly wasmBinary: Uint8Array }) => Promise<SqlModule>
  export default init
}
