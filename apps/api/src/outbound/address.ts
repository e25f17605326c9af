import { BlockList, isIPv4, isIPv6 } from 'node:net'

/** Where an address leads: only `public` is open to everyone. */
export type Reach = 'public' | 'private' | 'loopback' | 'link-local' | 'metadata' | 'reserved'

const ranges = {
  // Azure's wire server is the one metadata service with a public address; AWS and GCP use unique local ones over v6.
  metadata: ['169.254.169.254/32', '168.63.129.16/32', '100.100.100.200/32', 'fd00:ec2::/32', 'fd20:ce::/32'],
  loopback: ['127.0.0.0/8', '::1/128'],
  'link-local': ['169.254.0.0/16', 'fe80::/10'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'],
  // IANA special-purpose registries. 6to4 and Teredo carry a v4 address inside and are refused whole.
  reserved: [
    '0.0.0.0/8',
    '192.0.0.0/24',
    '192.0.2.0/24',
    '192.88.99.0/24',
    '198.18.0.0/15',
    '198.51.100.0/24',
    '203.0.113.0/24',
    '224.0.0.0/3',
    '2001::/23',
    '2001:db8::/32',
    '2002::/16',
    '3fff::/20',
  ],
} as const
const order = ['metadata', 'loopback', 'link-local', 'private', 'reserved'] as const

const family = (address: string) => (isIPv4(address) ? 'ipv4' : 'ipv6')

const listOf = (entries: readonly string[]): BlockList => {
  const list = new BlockList()
  for (const entry of entries) {
    const [network = '', prefix] = entry.split('/')
    list.addSubnet(network, Number(prefix), family(network))
  }
  return list
}

const lists = order.map((reach) => ({ reach, list: listOf(ranges[reach]) }))
const globalUnicast = listOf(['2000::/3'])

/** Judges an IP literal, v4 inside v6 (mapped, NAT64) by what is inside. What is no address or not known is `reserved`. */
export const reachOf = (address: string): Reach => {
  if (isIPv4(address)) return judge(address)
  // A zone (`fe80::1%eth0`) only makes sense on a link.
  if (!isIPv6(address) || address.includes('%')) return 'reserved'
  const inner = embedded(address)
  if (inner !== null) return judge(inner)
  const reach = judge(address)
  return reach === 'public' && !globalUnicast.check(address, 'ipv6') ? 'reserved' : reach
}

const judge = (address: string): Reach =>
  lists.find(({ list }) => list.check(address, family(address)))?.reach ?? 'public'

/** The v4 address of `::ffff:a.b.c.d` and `64:ff9b::a.b.c.d` (RFC 6052), however it was written. */
const embedded = (address: string): string | null => {
  const canonical = new URL(`http://[${address}]/`).hostname
  const [, high, low] = /^\[(?:::ffff|64:ff9b:):([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(canonical) ?? []
  if (high === undefined || low === undefined) return null
  const words = [Number.parseInt(high, 16), Number.parseInt(low, 16)]
  return words.flatMap((word) => [word >> 8, word & 255]).join('.')
}
