/**
 * Origin of a new log (C2SP tlog-checkpoint: a schema-less URL, for ever its own). A host of this machine or network is
 * nobody's name: two installations would call two logs the same, so chance gives them one.
 */
export const originFor = (
  publicUrl: string,
  workspace: string,
  randomBytes: (count: number) => Uint8Array,
): string => {
  const { host, hostname } = new URL(publicUrl)
  return `${isPublicName(hostname) ? host : randomHost(randomBytes)}/log/${workspace}`
}

const randomHost = (randomBytes: (count: number) => Uint8Array): string => {
  const hex = [...randomBytes(16)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${hex}.watchbill.localhost`
}

const localNames = /(^|\.)(localhost|local|lan|internal|home\.arpa)$/

/** Has dots, is no address and not under a name that is kept for local use (RFC 6761, 6762, 8375). */
const isPublicName = (hostname: string): boolean =>
  hostname.includes('.') && !/^[\d.]+$|:/.test(hostname) && !localNames.test(hostname)

/** Every epoch has an origin of its own (SECURITY): `<origin>/<epoch>` behind the first. */
export const originOfEpoch = (anchor: { origin: string; epoch: number }, epoch: number): string => {
  const suffix = `/${anchor.epoch}`
  const base =
    anchor.epoch > 0 && anchor.origin.endsWith(suffix)
      ? anchor.origin.slice(0, -suffix.length)
      : anchor.origin
  return `${base}/${epoch}`
}
