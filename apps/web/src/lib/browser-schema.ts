import * as z from 'zod/mini'

// zod compiles parsers with `new Function` unless told not to; even asking whether it may breaks the CSP.
z.config({ jitless: true })
