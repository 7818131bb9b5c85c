/** Who tries to reach whom. */
import { probe } from '../system/traffic/probe.js';
import type { Side } from './sides.js';

export interface Cell {
  readonly from: string;
  readonly to: string;
  readonly result: string;
}

const PLACES = ['host', 'lan', 'a1', 'a2', 'b1', 'both', 'i1', 'proxy', 'n1', 'p1', 's1', 'q1'];
const ADDRESSES = [
  '10.61.0.2',
  '10.61.0.3',
  '10.62.0.2',
  '10.61.0.4',
  '10.62.0.4',
  '10.63.0.2',
  '10.62.0.5',
  '10.63.0.5',
  '10.64.0.2',
  '10.65.0.2',
  '10.66.0.2',
  '10.66.0.3',
];

/** From everywhere: every node directly, by a published port and by one that is not; the host and the way out. */
const EVERYWHERE = [
  ...ADDRESSES.flatMap((address) => [`http://${address}`, `ping ${address}`]),
  ...['http://10.61.0.2:81', 'http://10.62.0.2:81', 'udp 10.61.0.2:53'],
  ...['http://10.99.0.2:8080', 'udp 10.99.0.2:5353', 'http://10.99.0.2:9001', 'http://10.99.0.2:8090', 'http://10.99.0.2:8091'],
  ...['http://10.99.0.2:8092', 'http://10.99.0.2:8093', 'http://10.99.0.2:8094', 'http://10.99.0.2:8099'],
  ...['http://10.61.0.1:8080', 'http://10.62.0.1:8080', 'http://10.62.0.1:8091', 'http://10.62.0.1:8092'],
  ...['http://10.99.0.1', 'ping 10.99.0.1', 'udp 10.99.0.1:5300', 'http://10.99.0.2:7000', 'ping 10.61.0.1'],
];

/** From the host alone: its own loopback addresses. */
const LOOPBACK = [
  ...['http://127.0.0.1:8080', 'http://localhost:8080', 'udp 127.0.0.1:5353', 'http://127.0.0.1:9000', 'http://127.0.0.1:9002'],
  ...['http://127.0.0.1:8090', 'http://127.0.0.1:8091', 'http://127.0.0.1:8092', 'http://[::1]:8080', 'http://[::1]:8092'],
];

/** From those that have IPv6. */
const IPV6 = ['http://[fd61::2]', 'ping fd61::2', 'http://[fd61::2]:81', 'http://[fd99::2]:8080', 'http://[fd99::1]', 'ping fd61::1'];

/** By IPv6 to a port of a node that has only IPv4, and UDP over IPv6. */
const MORE6 = ['http://[fd99::2]:8094', 'udp [fd99::2]:5353'];

/** Names of nodes, asked by those that are none. */
const STRANGERS = [
  ...['host', 'lan'].map((from) => [from, 'name a1'] as const),
  ['host', 'dig @10.61.0.1 a1'],
  ['lan', 'dig @10.61.0.1 a1'],
  ['lan', 'dig @10.99.0.2 a1'],
] as const;

/** Packets that fit, and packets that do not. */
const SIZES = [
  ['n1', 'ping -M do -s 1372 10.64.0.1'],
  ['n1', 'ping -M do -s 1373 10.64.0.1'],
  ['host', 'ping -M do -s 1372 10.64.0.2'],
  ['host', 'ping -M do -s 1373 10.64.0.2'],
  ['a1', 'ping -M do -s 1472 10.61.0.3'],
  ['a1', 'ping -M do -s 1473 10.61.0.3'],
] as const;

/** Where a node sends what is not for its own networks, and whether it is reached at all without one. */
const ROUTES = [...PLACES.slice(2), 'nowhere'].map((from) => [from, 'route 10.99.0.1'] as const);
const ALONE = ['http://127.0.0.1', 'http://10.61.0.2', 'ping 10.99.0.1'].map((to) => ['nowhere', to] as const);

/** Names of nodes, aliases, addresses, and names of the world outside. */
const NAMES = ['a1', 'a2', 'b1', 'both', 'web', 'a2.a', 'proxy', 'i1', 'i2', '10.61.0.3', 'nobody', 'outside.example'];
const ASKING = ['a1', 'a2', 'b1', 'both', 'proxy', 'i1', 'nowhere'];

/** The same names, asked of the server that the node's resolv.conf names; `dig` reads no hosts file. */
const QUERIES = ['a1', 'a2', 'b1', 'web', 'a2.a', 'i1', 'nobody', 'outside.example', 'AAAA a1', 'AAAA b1', '-x 10.61.0.3'];

/** Those without a namespace of their own: one in the host's, one in a1's. */
const JOINED = [
  ...['http://127.0.0.1', 'http://127.0.0.1:82', 'http://127.0.0.1:8080', 'http://127.0.0.1:7000', 'http://127.0.0.1:7002'],
  ...['http://10.61.0.2', 'http://10.61.0.3', 'http://10.62.0.2', 'http://10.99.0.1', 'http://10.99.0.2:8080', 'http://10.99.0.2:7002'],
  ...['http://10.61.0.2:82', 'ping 10.61.0.1', 'ping fd61::1', 'route 10.99.0.1', 'name a2', 'name web', 'name outside.example'],
];
const SERVED_BY_JOINED = ['http://10.61.0.2:82', 'http://10.99.0.2:7002', 'http://10.61.0.1:7002'];

export const PROBES: readonly (readonly [from: string, to: string])[] = [
  // First, for those on an internal network wait ten seconds with Docker, whose server asks others in vain.
  ...ASKING.flatMap((from) => NAMES.map((name) => [from, `name ${name}`] as const)),
  ...ASKING.flatMap((from) => QUERIES.map((name) => [from, `dig ${name}`] as const)),
  ...['mate', 'guest'].flatMap((from) => JOINED.map((to) => [from, to] as const)),
  ...[...PLACES, 'nowhere'].flatMap((from) => SERVED_BY_JOINED.map((to) => [from, to] as const)),
  ...PLACES.flatMap((from) => EVERYWHERE.map((to) => [from, to] as const)),
  ...LOOPBACK.map((to) => ['host', to] as const),
  ...['host', 'lan', 'a1', 'a2', 'both'].flatMap((from) => [...IPV6, ...MORE6].map((to) => [from, to] as const)),
  ...[...STRANGERS, ...SIZES, ...ROUTES, ...ALONE],
];

/** Fills the table: many at once, for much of the time is waiting for answers that do not come. */
export async function table({ world, netnsOf }: Side, probes = PROBES, atOnce = 96): Promise<readonly Cell[]> {
  const cells: Cell[] = [];
  const left = probes.map(([from, to], i) => ({ from, to, i }));
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const { from, to, i } = next;
      cells[i] = { from, to, result: await probe(world, netnsOf(from), to) };
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return cells;
}
