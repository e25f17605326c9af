import manifest from '../package.json' with { type: 'json' }

/** Version of this daemon, from its package. */
export const version: string = manifest.version
