/**
 * An autonomous system: OSPF makes the ways between loopbacks, BGP goes from loopback to loopback by a route reflector, and a
 * neighbour outside announces a prefix. d is in another area of OSPF. x -- a -- rr -- c -- d
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { World } from '../world.js';
import { birdc, until } from './until.js';

const area = (...names: readonly string[]): string =>
  `areas: { 0: { lo: , ${names.map((name) => `${name}: { hello: 1, dead: 4 }`).join(', ')} } }`;
const node = (name: string, id: number, routing: string): string =>
  `  ${name}: { interfaces: { lo: { addresses: [10.0.0.${id}/32] } }, routing: { ${routing} } }\n`;
const link = (one: string, other: string, subnet: number): string =>
  `  - endpoints: [{ node: ${one}, interface: ${other}, ipv4_address: 10.${subnet}.0.1/30 }, { node: ${other}, interface: ${one}, ipv4_address: 10.${subnet}.0.2/30 }]\n`;

const LAB = `
name: inside
defaults: { forwarding: true }
nodes:
${node('x', 9, 'bgp: { asn: 65009, neighbors: [{ peer: a, bfd: true }], networks: [10.0.0.9/32, 10.90.0.0/16] }, static: [{ to: 10.90.0.0/16, type: blackhole }]')}
${node('a', 1, `bgp: { asn: 65001, neighbors: [{ peer: x, bfd: true }, { peer: rr, address: 10.0.0.2, next_hop_self: true }], networks: [10.0.0.3/32] }, ospf: { ${area('rr')} }`)}
${node('rr', 2, `bgp: { asn: 65001, neighbors: [{ peer: a, address: 10.0.0.1, route_reflector_client: true }, { peer: c, address: 10.0.0.3, route_reflector_client: true }] }, ospf: { ${area('a', 'c')} }`)}
${node('c', 3, `bgp: { asn: 65001, neighbors: [{ peer: rr, address: 10.0.0.2 }] }, ospf: { ${area('rr').replace(/ \}$/, ', 1: { d: { hello: 1, dead: 4 } } }')} }`)}
${node('d', 4, `ospf: { ${area('c').replace('0:', '1:')} }`)}
links:
${link('x', 'a', 1)}${link('a', 'rr', 2)}${link('rr', 'c', 3)}${link('c', 'd', 4)}`;

let world: World;
beforeAll(async () => {
  world = await World.create();
  world.file('topo.yaml', LAB);
  world.mustTopo('apply', '--yes');
  await until(world, 'inside.c', 'ip route show 10.90.0.0/16', /via/, 30);
  await until(world, 'inside.x', 'ip route show 10.0.0.3', /via/, 30);
  await until(world, 'inside.d', 'ip route show 10.0.0.1', /via/, 30);
  await until(world, 'inside.a', 'ip route show 10.0.0.4', /via/, 30);
}, 90_000);
afterAll(() => world.dispose());

describe('an autonomous system', () => {
  it('learns by the reflector what one of its clients has learned outside, by the way that OSPF knows', () => {
    expect(world.in('inside.c', 'ip route show 10.90.0.0/16').stdout).toBe('10.90.0.0/16 via 10.3.0.1 dev rr proto bird metric 32 \n');
    expect(world.in('inside.c', 'ping -c 1 -W 2 -I 10.0.0.3 10.0.0.9').status).toBe(0);
  });

  it('has sessions from loopback to loopback', () => {
    const { routing } = JSON.parse(world.mustTopo('status', '--json')) as {
      routing: { node: string; neighbors: { protocol: string; peer: string; address: string; state: string }[] }[];
    };
    const reflector = routing.find((one) => one.node === 'rr')!.neighbors.filter(({ protocol }) => protocol === 'bgp');
    expect(reflector.map(({ peer, address, state }) => `${peer} ${address} ${state}`)).toEqual([
      'a 10.0.0.1 Established',
      'c 10.0.0.3 Established',
    ]);
  });

  it('has ways from one area of OSPF to another, by the router that is in both', () => {
    expect(world.in('inside.d', 'ping -c 1 -W 2 -I 10.0.0.4 10.0.0.1').status).toBe(0);
    expect(birdc(world, 'inside', 'a', 'show route 10.0.0.4/32')).toMatch(/^10\.0\.0\.4\/32 .* IA /m);
    expect(birdc(world, 'inside', 'd', 'show ospf neighbors')).toMatch(/^10\.0\.0\.3\s+\d+\s+Full/m);
  });

  it('keeps its neighbours of OSPF when the daemon reads its configuration again', () => {
    const state = (): readonly string[] => [
      world.must('cat /run/topo/run/inside/c/@bird/pid'),
      ...[...birdc(world, 'inside', 'c', 'show ospf neighbors').matchAll(/^(10\.0\.0\.\d)\s+\d+\s+(\S+)\//gm)].map(
        ([, id, is]) => `${id} ${is}`,
      ),
    ];
    // From its clock the daemon makes another millisecond each time.
    const since = (): number => Date.parse(/^ospf-4 .* up +(\S+ \S+)/m.exec(birdc(world, 'inside', 'c', 'show protocols'))?.[1] ?? '');
    const [before, begun] = [state(), since()];
    expect(before.slice(1).sort()).toEqual(['10.0.0.2 Full', '10.0.0.4 Full']);
    world.file('topo.yaml', LAB.replace('1: { d: { hello: 1,', '1: { d: { cost: 20, hello: 1,'));
    expect(world.mustTopo('apply', '--yes')).toMatch(/~ process @bird in inside\.c/);
    expect(state()).toEqual(before);
    world.file('topo.yaml', LAB);
    world.mustTopo('apply', '--yes');
    expect(state()).toEqual(before);
    expect(Math.abs(since() - begun)).toBeLessThan(10);
  });

  it('misses a neighbour with bfd as soon as it is silent, long before the hold time', async () => {
    world.must('kill -STOP $(ip netns pids inside.x | while read p; do ! grep -qx bird /proc/$p/comm || echo $p; done)');
    await until(world, 'inside.c', 'ip route show 10.90.0.0/16', /^$/, 10);
    world.must('kill -CONT $(ip netns pids inside.x | while read p; do ! grep -qx bird /proc/$p/comm || echo $p; done)');
    await until(world, 'inside.c', 'ip route show 10.90.0.0/16', /via/, 30);
  });

  it('redistributes nothing that is not asked for', () => {
    expect(world.in('inside.x', 'ip route show proto bird').stdout).toBe(
      ['10.0.0.3 via 10.1.0.2 dev a metric 32 ', 'blackhole 10.90.0.0/16 metric 32 ', ''].join('\n'),
    );
  });

  it('is in sync, and gone after destroy', () => {
    expect(world.mustTopo('plan')).toContain('No changes');
    world.mustTopo('destroy', '--yes');
    expect(world.sh('pgrep -x bird').stdout).toBe('');
  });
});
