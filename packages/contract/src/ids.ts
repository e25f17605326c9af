const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

const formatUuid = (bytes: Uint8Array, version: 7 | 8): string => {
  const uuid = bytes.slice(0, 16)
  uuid[6] = ((uuid[6] ?? 0) & 0x0f) | (version << 4)
  uuid[8] = ((uuid[8] ?? 0) & 0x3f) | 0x80
  const text = hex(uuid)
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-${text.slice(12, 16)}-${text.slice(16, 20)}-${text.slice(20)}`
}

/** A prefixed UUIDv7 (RFC 9562 §5.7) from ms since the epoch and at least 10 random bytes. */
export const newId = (prefix: string, nowMs: number, random: Uint8Array): string => {
  const bytes = new Uint8Array(16)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(nowMs) << 16n)
  bytes.set(random.subarray(0, 10), 6)
  return `${prefix}_${formatUuid(bytes, 7)}`
}

/** A prefixed UUIDv8 (RFC 9562 §5.8) from at least 16 bytes of a digest: the same input, the same id. */
export const derivedId = (prefix: string, digest: Uint8Array): string => `${prefix}_${formatUuid(digest, 8)}`
