/** A simulated host that is moved from one rack to another: its networks find it at its new address, and others' connections go on. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { NO_CHANGES } from '../../examples/example.js';
import { until } from '../routing/until.js';
import { Conversation } from '../traffic/conversation.js';
import { World } from '../world.js';

const RACKS = ['10.1.0', '10.2.0'] as const;

/** h1 is in the first rack, h2 in the second one. The router knows blocks of calico by BGP. */
function lab(net: string, rackOfH3: 0 | 1): string {
  const isCalico = net.includes('calico');
  const host = (name: string, rack: 0 | 1, last: number): string => {
    const bgp = isCalico ? ', routing: { bgp: { asn: 64512, neighbors: [router] } }' : '';
    const other = `routes: [{ to: ${RACKS[rack === 0 ? 1 : 0]}.0/24, via: ${RACKS[rack]}.1 }]`;
    return `  ${name}: { networks: { rack${rack + 1}: ${RACKS[rack]}.${last} }, ${other}${bgp} }\n`;
  };
  const router = isCalico ? ', routing: { bgp: { asn: 64500, neighbors: [h1, h2, h3] } }' : '';
  return `name: racks
networks:
  rack1: { subnet: 10.1.0.0/24, gateway: none }
  rack2: { subnet: 10.2.0.0/24, gateway: none }
  net: { driver: ${net}, underlay: [rack1, rack2] }
hosts:
${host('h1', 0, 11)}${host('h2', 1, 12)}${host('h3', rackOfH3, 13)}
nodes:
  router: { forwarding: true, networks: { rack1: 10.1.0.1, rack2: 10.2.0.1 }${router} }
  a: { host: h1, networks: [net] }
  b: { host: h2, networks: [net] }
  c: { host: h3, networks: [net] }
`;
}

let world: World;
beforeEach(async () => {
  world = await World.create();
});
afterEach(() => world.dispose());

const addressOf = (node: string): string => /inet (\S+)\//.exec(world.must(`ip -n racks.${node} -4 addr show eth0`))?.[1] ?? '';
const reaches = (from: string, to: string): Promise<unknown> =>
  until(world, `racks.${from}`, `ping -c 1 -W 1 ${addressOf(to)}`, / 0% packet loss/, 60);
const apply = (text: string): void => {
  const file = world.file('topo.yaml', text);
  world.mustTopo('apply', '--yes', file);
  expect(world.mustTopo('plan', file)).toBe(NO_CHANGES);
};

it.each([
  ['vxlan', 'vxlan, subnet: 10.32.0.0/16'],
  ['flannel', 'flannel, subnet: 10.244.0.0/16, direct_routing: true'],
  ['calico', 'calico, subnet: 10.244.0.0/16'],
])('%s', async (driver, net) => {
  apply(lab(net, 0));
  for (const [from, to] of [
    ['a', 'c'],
    ['b', 'c'],
    ['a', 'b'],
  ] as const)
    await reaches(from, to);
  const [inode, address] = [world.must('stat -c %i /run/netns/racks.h3'), addressOf('c')];
  await world.serve('racks.b', 80, 'b');
  const conversation = await Conversation.open(world, 'racks.a', addressOf('b'), 80);
  const answer = `b peer=${addressOf('a')}`;
  expect(await conversation.ask()).toBe(answer);

  apply(lab(net, 1));
  expect(await conversation.ask()).toBe(answer);
  expect(world.must('stat -c %i /run/netns/racks.h3')).toBe(inode);
  expect(addressOf('c')).toBe(address);
  expect(world.must('ip -n racks.h3 -4 -br addr show scope global to 10.0.0.0/14')).toMatch(/10\.2\.0\.13\/24/);
  await reaches('a', 'c');
  await reaches('c', 'b');
  // Within a rack nothing is wrapped.
  if (driver === 'flannel') expect(world.must(`ip -n racks.h2 route get ${address}`)).toContain('via 10.2.0.13');
  if (driver === 'flannel') expect(world.must(`ip -n racks.h1 route get ${address}`)).toContain('dev flannel.1');

  apply(lab(net, 0));
  expect(await conversation.ask()).toBe(answer);
  await reaches('a', 'c');
});
