/** Nodes of different hosts that swap their addresses: nodes of a third one, and their own neighbours, know it as soon as the apply has ended. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NO_CHANGES } from '../../examples/example.js';
import { until } from '../routing/until.js';
import { World } from '../world.js';

const lab = (b: number, c: number): string => `name: span
networks:
  lan: { subnet: 192.168.50.0/24, masquerade: false, isolated: false }
  net: { driver: vxlan, subnet: [10.32.0.0/16, 'fd32::/64'], underlay: lan }
hosts:
  h1: { networks: { lan: 192.168.50.11 } }
  h2: { networks: { lan: 192.168.50.12 } }
  h3: { networks: { lan: 192.168.50.13 } }
nodes:
  a: { host: h1, networks: { net: { ipv4_address: 10.32.0.10, ipv6_address: 'fd32::10' } } }
  b: { host: h2, networks: { net: { ipv4_address: 10.32.0.${b}, ipv6_address: 'fd32::${b}' } } }
  c: { host: h3, networks: { net: { ipv4_address: 10.32.0.${c}, ipv6_address: 'fd32::${c}' } } }
  d: { host: h2, networks: { net: { ipv4_address: 10.32.0.40, ipv6_address: 'fd32::40' } } }
`;

describe('on a network of driver vxlan', () => {
  let world: World;
  const apply = (b: number, c: number): void => void world.mustTopo('apply', '--yes', '--quiet', world.file('topo.yaml', lab(b, c)));
  const ways = ['a', 'd'].flatMap((from) => ['10.32.0.20', 'fd32::20', '10.32.0.30', 'fd32::30'].map((to) => [from, to] as const));
  const macOf = (node: string): string => world.must(`ip -n span.${node} -br link show eth0`).trim().split(/ +/)[2] ?? '';
  /** By the first packet, and whose MAC address that was sent to. */
  const known = (): readonly string[] =>
    ways.map(([from, to]) => {
      const { stdout } = world.in(`span.${from}`, `ping -n -c 1 -W 1 ${to} | grep -c 'bytes from'; ip neigh show ${to}`);
      return `${from} ${to} ${stdout.split('\n', 1)[0]} ${/lladdr (\S+)/.exec(stdout)?.[1]}`;
    });
  const expected = (of20: string, of30: string): readonly string[] =>
    ways.map(([from, to]) => `${from} ${to} 1 ${macOf(to.endsWith('20') ? of20 : of30)}`);

  beforeAll(async () => {
    world = await World.create();
    apply(20, 30);
    for (const [from, to] of ways) await until(world, `span.${from}`, `ping -c 1 -W 1 ${to}`, / 0% packet loss/, 30);
  });
  afterAll(() => world.dispose());

  it('addresses that are swapped by an apply that fails are found where they were', () => {
    const failing = lab(30, 20).replace('nodes:\n', "nodes:\n  f: { exec: ['false'] }\n");
    expect(known()).toEqual(expected('b', 'c'));
    const { status, stderr } = world.topo(['apply', '--yes', world.file('failing.yaml', failing)]);
    expect([status, stderr]).toEqual([1, expect.stringContaining('Rolling back')]);
    expect(known()).toEqual(expected('b', 'c'));
  });

  it('addresses that nodes of two hosts swap are found at once, there and back', () => {
    expect(known()).toEqual(expected('b', 'c'));
    apply(30, 20);
    expect(known()).toEqual(expected('c', 'b'));
    apply(20, 30);
    expect(known()).toEqual(expected('b', 'c'));
    expect(world.mustTopo('plan')).toBe(NO_CHANGES);
  });
});
