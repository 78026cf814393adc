import { BlockList, isIP } from 'node:net'

/** From IANA's registries of special-purpose addresses. */
const NOT_PUBLIC_V4: [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Its host tells a machine of Azure its secrets, under an address that looks public.
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]

/** Of `2000::/3`, the only part given out. 6to4 and Teredo carry addresses of version 4, and nobody needs them any more. */
const NOT_PUBLIC_V6: [string, number][] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]

/** What follows these is an address of version 4: mapped, and translated by the network (NAT64). */
const EMBEDDING = ['::ffff:', '64:ff9b::']

const listOf = (...rules: [ranges: [string, number][], family: 'ipv4' | 'ipv6'][]): BlockList => {
  const list = new BlockList()
  for (const [ranges, family] of rules) for (const [network, bits] of ranges) list.addSubnet(network, bits, family)
  return list
}

let lists: { public: BlockList; special: BlockList } | undefined
const build = (): NonNullable<typeof lists> => ({
  public: listOf(
    [[['0.0.0.0', 0]], 'ipv4'],
    [[['2000::', 3], ...EMBEDDING.map((prefix): [string, number] => [`${prefix}0.0.0.0`, 96])], 'ipv6'],
  ),
  special: listOf(
    [NOT_PUBLIC_V4, 'ipv4'],
    [
      [
        ...NOT_PUBLIC_V6,
        ...EMBEDDING.flatMap((prefix) =>
          NOT_PUBLIC_V4.map(([network, bits]): [string, number] => [`${prefix}${network}`, 96 + bits]),
        ),
      ],
      'ipv6',
    ],
  ),
})

/** Whether an IP address is one of the public internet: not this machine's, not of a private network, not special. */
export const isPublicAddress = (address: string): boolean => {
  const version = isIP(address)
  // A zone says on which of this machine's networks.
  if (version === 0 || address.includes('%')) return false
  const family = version === 4 ? 'ipv4' : 'ipv6'
  lists ??= build()
  return lists.public.check(address, family) && !lists.special.check(address, family)
}
