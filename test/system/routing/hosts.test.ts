/** Routers on simulated hosts: with each other over a network that spans them, with the host that they live on, and hosts themselves. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { NO_CHANGES } from '../../examples/example.js';
import { World } from '../world.js';
import { until } from './until.js';

const router = (name: string, host: string, networks: string, id: number, neighbors: string): string =>
  `  ${name}: { host: ${host}, forwarding: true, networks: ${networks}, interfaces: { lo: { addresses: [10.0.0.${id}/32] } }, routing: { bgp: { asn: 6500${id}, neighbors: ${neighbors}, networks: [10.0.0.${id}/32] } } }`;

const LAB = `name: racks
networks:
  lan: { subnet: 192.168.50.0/24, gateway: none }
  net: { driver: vxlan, subnet: 10.61.0.0/24 }
  web: { subnet: 172.21.1.0/24, masquerade: false, isolated: false }
hosts:
  h1: { networks: { lan: 192.168.50.11 }, routing: { bgp: { asn: 65011, neighbors: [tor, c], networks: [172.21.1.0/24] } } }
  h2: { networks: { lan: 192.168.50.12 } }
nodes:
${router('a', 'h1', '[net]', 1, '[b]')}
${router('b', 'h2', '[net]', 2, '[a]')}
${router('c', 'h1', '[web]', 3, '[h1]')}
  tor: { forwarding: true, networks: { lan: 192.168.50.1 }, routing: { bgp: { asn: 65000, neighbors: [h1] } } }
`;

let world: World;
beforeAll(async () => {
  world = await World.create();
  world.file('topo.yaml', LAB);
  world.mustTopo('apply', '--yes');
});
afterAll(() => world.dispose());

it.each([
  ['a node learns from one on another host, by the overlay', 'racks.a', '10.0.0.2', 10, 'via 10.61.0.'],
  ['a host learns from a node of its own, by its bridge', 'racks.h1', '10.0.0.3', 10, 'via 172.21.1.'],
  ['a host announces the network of its nodes, and what they say', 'racks.tor', '172.21.1.0/24', 10, 'via 192.168.50.11'],
])('%s', async (_what, netns, to, seconds, via) => {
  expect(await until(world, netns, `ip route show ${to}`, /via .* proto bird/, seconds)).toContain(via);
});

it('packets go by what was learned, and nothing of it is drift', async () => {
  await until(world, 'racks.tor', 'ip route show 10.0.0.3', /via 192\.168\.50\.11/);
  expect(world.in('racks.a', 'ping -c 1 -W 5 -I 10.0.0.1 10.0.0.2').status).toBe(0);
  expect(world.in('racks.tor', 'ping -c 1 -W 5 10.0.0.3').status).toBe(0);
  expect(world.mustTopo('plan')).toBe(NO_CHANGES);
});
