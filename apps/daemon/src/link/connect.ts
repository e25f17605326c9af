import { type Client, createClient } from '@watchbill/contract/client'
import type { Credential } from './credential.ts'

/** A redirect would carry the credential to a place nobody named: it is an error (SECURITY "one outbound door"). */
export const strictFetch: typeof fetch = (input, init) => fetch(input, { ...init, redirect: 'error' })

/** The control plane as this machine sees it; bodies from 1 KiB on travel gzipped. */
export const connect = (credential: Credential): Client =>
  createClient({
    baseUrl: credential.apiUrl,
    token: credential.secret,
    fetch: strictFetch,
    gzipFromBytes: 1024,
  })
