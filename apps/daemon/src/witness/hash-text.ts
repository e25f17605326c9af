/** 32 bytes out of standard base64 with padding, as C2SP writes a hash; null for every other spelling. */
export const decodeHash = (text: string): Uint8Array | null =>
  /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/.test(text) ? new Uint8Array(Buffer.from(text, 'base64')) : null

export const formatHash = (hash: Uint8Array): string => Buffer.from(hash).toString('base64')
