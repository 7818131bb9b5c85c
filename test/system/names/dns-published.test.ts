/** Port 53 published on all addresses of the host, by the lab itself or by another one, and the DNS server of a network. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { NO_CHANGES } from '../../examples/example.js';
import { World } from '../world.js';
import { dig } from './dig.js';

const PORTS = "ports: ['53:53/udp', '53:53', '20000-31999:20000-31999/udp']";

const LAB = `name: served
networks:
  a: { subnet: [10.61.0.0/24, 'fd61::/64'], dns: server }
  b: { subnet: 10.62.0.0/24, dns: server }
nodes:
  d: { networks: { a: { ipv4_address: 10.61.0.2, ipv6_address: 'fd61::2' } }, ${PORTS} }
  x: { networks: [a] }
  xy: { networks: { a: { ipv4_address: 10.61.0.4, ipv6_address: 'fd61::4' }, b: 10.62.0.4 } }
`;
const WITHOUT_PORTS = LAB.replace(`, ${PORTS}`, '');
const OTHER = `name: other
networks: { o: { subnet: 10.66.0.0/24 } }
nodes: { w: { networks: { o: 10.66.0.2 }, ${PORTS} } }
`;

let world: World;
beforeAll(async () => {
  world = await World.create();
  world.outside();
});
afterAll(() => world.dispose());

/** A server of the node's own, that knows one name. */
const answerIn = (netns: string, address: string) =>
  world.background(
    netns,
    ['dnsmasq', '-d', '-C', '/dev/null', '-R', '-h', `--address=/own/${address}`, '--local=/#/', '--log-facility=-', '--user=root'],
    'started',
  );

/** From one port each time: the kernel remembers where its questions went. */
const QUESTIONS = [
  ['x', '-b 0.0.0.0#5555 @10.61.0.1 d', '10.61.0.2'],
  ['x', '+tcp @10.61.0.1 d', '10.61.0.2'],
  ['x', '-b ::#5555 @fd61::1 d', '10.61.0.2'],
  ['x', '+tcp @fd61::1 d', '10.61.0.2'],
  ['xy', '@10.61.0.1 d', '10.61.0.2'],
  ['xy', '@10.62.0.1 d', '10.61.0.2'],
] as const;

const endThem = (): string =>
  world.must("pkill -KILL -f '[a]ddress=/own/'; while pgrep -f '[a]ddress=/own/' >/dev/null; do sleep 0.02; done");

function nodesAreAnswered(): void {
  for (const [node, question, answer] of QUESTIONS)
    expect([question, dig(world, `served.${node}`, question, 2)]).toEqual([question, answer]);
}

test('nodes ask the server of their network, the rest of the world the node; also where the ports come later', async () => {
  world.mustTopo('apply', '--yes', world.file('topo.yaml', WITHOUT_PORTS));
  nodesAreAnswered();
  world.mustTopo('apply', '--yes', world.file('topo.yaml', LAB));
  await answerIn('served.d', '10.9.9.9');
  nodesAreAnswered();
  expect(dig(world, 'outside', '@10.99.0.2 own', 2)).toBe('10.9.9.9');
  expect(dig(world, 'outside', '+tcp @10.99.0.2 own', 2)).toBe('10.9.9.9');
  expect(world.mustTopo('plan')).toBe(NO_CHANGES);
  endThem();
  world.mustTopo('destroy', '--yes');
});

test('a lab that takes its DNS server away may publish its port in the same apply, and the other way round', () => {
  const plain = LAB.replaceAll(', dns: server', '');
  world.mustTopo('apply', '--yes', world.file('topo.yaml', WITHOUT_PORTS));
  world.mustTopo('apply', '--yes', world.file('topo.yaml', plain));
  expect(world.mustTopo('plan')).toBe(NO_CHANGES);
  world.mustTopo('apply', '--yes', world.file('topo.yaml', LAB));
  nodesAreAnswered();
  world.mustTopo('destroy', '--yes');
});

test.each(['first', 'last'])('another lab that comes %s may publish the port as well', async (when) => {
  const other = world.file('other.yaml', OTHER);
  world.file('topo.yaml', WITHOUT_PORTS);
  if (when === 'first') world.mustTopo('apply', '--yes', other);
  world.mustTopo('apply', '--yes');
  if (when === 'last') world.mustTopo('apply', '--yes', other);
  await answerIn('other.w', '10.8.8.8');
  nodesAreAnswered();
  expect(dig(world, 'outside', '@10.99.0.2 own', 2)).toBe('10.8.8.8');
  expect(world.mustTopo('plan')).toBe(NO_CHANGES);
  endThem();
  for (const file of [other, 'topo.yaml']) world.mustTopo('destroy', '--yes', file);
});
