import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { drillCount } from '../testing/folder.ts'
import { reachOf } from './address.ts'

const places: Readonly<Record<string, readonly string[]>> = {
  public: [
    '8.8.8.8',
    '1.1.1.1',
    '172.15.255.255',
    '172.32.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '2606:4700::1111',
  ],
  private: ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1', 'fc00::1', 'fdff::1'],
  loopback: ['127.0.0.1', '127.255.255.254', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1', '::ffff:7f00:1'],
  'link-local': ['169.254.1.1', 'fe80::1', 'febf::1', '::ffff:169.254.0.5'],
  metadata: [
    '169.254.169.254',
    '::ffff:a9fe:a9fe',
    '64:ff9b::169.254.169.254',
    'fd00:ec2::254',
    '168.63.129.16',
  ],
  reserved: [
    '0.0.0.0',
    '0.1.2.3',
    '255.255.255.255',
    '224.0.0.1',
    '240.0.0.1',
    '192.0.2.1',
    '198.18.0.1',
    '::',
    '::8.8.8.8',
    '64:ff9b::',
    '64:ff9b:1::8.8.8.8',
    '2002:7f00:1::',
    '2001:0:7f00:1::',
    '2001:db8::1',
    'ff02::1',
    'fec0::1',
    '100::1',
    '4000::1',
    'fe80::1%eth0',
    '',
    'localhost',
    '127.1',
    '0x7f000001',
    '2130706433',
    '8.8.8.8 ',
  ],
}

describe('where an address leads', () => {
  for (const [reach, addresses] of Object.entries(places))
    it.each(addresses)(`${reach}: %s`, (address) => expect(reachOf(address)).toBe(reach))

  it('judges mapped and NAT64 forms as the v4 address inside, however they are written', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.constantFrom('::ffff:', '0:0:0:0:0:FFFF:', '64:ff9b::'), (inner, prefix) => {
        const judged = reachOf(`${prefix}${inner}`)
        // 64:ff9b::0.0.x.y is written shorter by URL parsers; it is refused just the same.
        expect(judged).toBe(reachOf(inner))
      }),
      { numRuns: drillCount(2000, 50_000) },
    )
  })
})
