import { isBytes32 } from '../base64url.ts'

/** What a share link pins in its fragment, which no server gets to see (SECURITY "Share links"). */
export interface Pin {
  /** Fingerprint of the log's key: base64url SHA-256 of its verifier key's text. */
  readonly vkeyHash: string
  /** Of the tree the share was frozen at. */
  readonly size: number
  /** Base64url. */
  readonly root: string
}

/** `#1.<fingerprint>.<size>.<root>`. Throws RangeError for what `parsePin` would refuse. */
export const formatPin = ({ vkeyHash, size, root }: Pin): string => {
  const text = `#1.${vkeyHash}.${size}.${root}`
  if (parsePin(text) === null) throw new RangeError('a fingerprint, a size or a root is out of form')
  return text
}

/** TRUST BOUNDARY: null for any other spelling. With its `#` or without. */
export const parsePin = (fragment: string): Pin | null => {
  const [, vkeyHash, digits, root] = /^#?1\.([\w-]{43})\.(0|[1-9]\d{0,15})\.([\w-]{43})$/.exec(fragment) ?? []
  const size = Number(digits)
  return isBytes32(vkeyHash) && isBytes32(root) && Number.isSafeInteger(size)
    ? { vkeyHash, size, root }
    : null
}
