import { type Client, createClient } from '@watchbill/contract/client'
import type { Credential } from './credential.ts'
import { strictFetch } from './strict-fetch.ts'

/** The control plane as this machine sees it; bodies from 1 KiB on travel gzipped. */
export const connect = (credential: Credential): Client =>
  createClient({
    baseUrl: credential.apiUrl,
    token: credential.secret,
    fetch: strictFetch,
    gzipFromBytes: 1024,
  })
