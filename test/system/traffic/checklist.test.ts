/** What docs/checklist.md asks for and no other test shows: frames on the wire, packets of an MTU, routes as they are written. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NO_CHANGES } from '../../examples/example.js';
import { World } from '../world.js';
import { probe } from './probe.js';
import { placesOf, Rows } from './rows.js';

const LAB = `
name: check
networks:
  small: { subnet: [10.61.0.0/24, 'fd61::/64'], mtu: 1400, bridge_name: br-small }
  plain: { subnet: 10.62.0.0/24, masquerade: false }
nodes:
  a1: { networks: { small: { ipv4_address: 10.61.0.2, ipv6_address: 'fd61::2', host_interface: small1 } } }
  a2: { networks: { small: { ipv4_address: 10.61.0.3, ipv6_address: 'fd61::3' } } }
  p1: { networks: { plain: 10.62.0.2 } }
  router:
    forwarding: true
    routes:
      - { to: 10.73.0.0/16, via: 10.71.0.2 }
      - { to: 10.73.0.0/16, via: 10.72.0.2, metric: 100 }
      - { to: 10.74.0.0/16, via: 10.72.0.2 }
      - { to: 10.75.0.0/16, type: blackhole }
      - { to: default, via: 10.72.0.2, table: 100 }
    rules:
      - { from: 10.76.0.0/16, table: 100, priority: 1000 }
    interfaces: { lo: { addresses: [10.76.0.1/32] } }
  left: { interfaces: { lo: { addresses: [10.73.0.1/32] } }, routes: [{ to: 10.76.0.0/16, via: 10.71.0.1 }] }
  right: { interfaces: { lo: { addresses: [10.73.0.1/32, 10.74.0.1/32, 10.77.0.1/32] } }, routes: [{ to: 10.76.0.0/16, via: 10.72.0.1 }] }
links:
  - endpoints: [{ node: router, interface: one, ipv4_address: 10.71.0.1/24 }, { node: left, interface: one, ipv4_address: 10.71.0.2/24 }]
  - endpoints: [{ node: router, interface: two, ipv4_address: 10.72.0.1/24 }, { node: right, interface: two, ipv4_address: 10.72.0.2/24 }]
`;

const rows = new Rows(
  [
    ['a1', 'ping -M do -s 1372 10.61.0.3', 'answer'],
    ['a1', 'ping -M do -s 1373 10.61.0.3', 'too long'],
    ['a1', 'ping -M do -s 1372 10.61.0.1', 'answer'],
    ['host', 'ping -M do -s 1372 10.61.0.2', 'answer'],
    ['host', 'ping -M do -s 1373 10.61.0.2', 'too long'],
    ['a1', 'ping -M do -s 1352 fd61::3', 'answer'],
    ['a1', 'ping -M do -s 1353 fd61::3', 'too long'],
    // By each next hop.
    ['router', 'http://10.73.0.1', 'left sees 10.71.0.1'],
    ['router', 'http://10.74.0.1', 'right sees 10.72.0.1'],
    ['router', 'ping -I 10.76.0.1 10.77.0.1', 'answer'],
    ['router', 'ping 10.77.0.1', 'unreachable'],
  ],
  placesOf('check'),
);

let world: World;
beforeAll(async () => {
  world = await World.create();
  world.outside();
  world.must('sysctl -qw net.ipv4.ip_forward=1');
  world.must('ip -n outside route add 10.62.0.0/24 via 10.99.0.2');
  world.file('topo.yaml', LAB);
  world.mustTopo('apply', '--yes');
  await Promise.all(['left', 'right'].map((node) => world.serve(`check.${node}`, 80, node)));
  await rows.run(world);
});
afterAll(() => world.dispose());

describe('packets and routes', () => rows.test());

describe('the MTU of a network', () => {
  it('is that of the bridge and of both ends of each of its links', () => {
    const mtu = (link: string): string => /mtu (\d+)/.exec(world.must(`ip ${link}`))?.[1] ?? '';
    expect(['link show br-small', 'link show small1', '-n check.a1 link show eth0'].map(mtu)).toEqual(['1400', '1400', '1400']);
  });
});

describe('on the wire of the LAN', () => {
  it.each([
    ['a1', '10.99.0.2', 'with masquerade'],
    ['p1', '10.62.0.2', 'without'],
  ])('packets of %s come from %s: %s', async (node, source) => {
    const capture = ['timeout', '10', 'tcpdump', '-n', '-l', '-c', '1', '-i', 'eth0', 'icmp[icmptype] == icmp-echo'];
    const tcpdump = await world.background('outside', capture, 'listening');
    const line = new Promise<string>((resolve) => tcpdump.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString())));
    expect(await probe(world, `check.${node}`, 'ping 10.99.0.1')).toBe('answer');
    expect(await line).toContain(`IP ${source} > 10.99.0.1: ICMP echo request`);
  });
});

describe('what a router is told', () => {
  interface Route {
    readonly dst: string;
    readonly type?: string;
    readonly gateway?: string;
    readonly dev?: string;
    readonly metric?: number;
  }
  const routes = (table: string): readonly string[] =>
    (JSON.parse(world.must(`ip -n check.router -j route show table ${table}`)) as Route[])
      .filter(({ gateway, type }) => gateway !== undefined || type !== undefined)
      .map(({ dst, type = 'via', gateway = '', dev = '', metric = 0 }) => [type, dst, gateway, dev, metric].join(' '));

  it('stands in the kernel as it is written, and nothing besides', () => {
    expect(routes('main')).toEqual([
      'via 10.73.0.0/16 10.71.0.2 one 0',
      'via 10.73.0.0/16 10.72.0.2 two 100',
      'via 10.74.0.0/16 10.72.0.2 two 0',
      expect.stringMatching(/^blackhole 10\.75\.0\.0\/16/),
    ]);
    expect(routes('100')).toEqual(['via default 10.72.0.2 two 0']);
    expect(world.must('ip -n check.router rule show priority 1000').trim()).toMatch(/^1000:\s+from 10\.76\.0\.0\/16 lookup 100/);
  });

  it('is forwarding there, and not in other nodes, though the host does', () => {
    const forwarding = (node: string): string => world.must(`ip netns exec check.${node} sysctl -n net.ipv4.ip_forward`).trim();
    expect(['router', 'left', 'right', 'a1'].map(forwarding)).toEqual(['1', '0', '0', '0']);
  });

  it('goes on by the second next hop when the first is gone', async () => {
    world.must('ip -n check.router link set one down');
    await world.serve('check.right', '10.73.0.1:81', 'right');
    expect(await probe(world, 'check.router', 'http://10.73.0.1:81')).toBe('right sees 10.72.0.1');
    world.mustTopo('apply', '--yes');
    expect(world.mustTopo('plan')).toBe(NO_CHANGES);
    expect(await probe(world, 'check.router', 'http://10.73.0.1')).toBe('left sees 10.71.0.1');
  });
});
