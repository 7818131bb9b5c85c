/** Addresses of the host that the file names and that the host has not: told by plan and apply, and of use once they are there. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { PlanDocument } from '../../../src/report/plan-json.js';
import { probe } from '../traffic/probe.js';
import { World } from '../world.js';

const LAB = `name: named
networks:
  n: { subnet: [10.81.1.0/24, 'fd81:1::/64'], masquerade: 203.0.113.8 }
nodes:
  a:
    networks: { n: { ipv4_address: 10.81.1.2, ipv6_address: 'fd81:1::2' } }
    ports:
      - '203.0.113.9:8080:80'
      - '[2001:db8::9]:8080:80'
      - '203.0.113.9:8081:80'
`;

let world: World;
beforeAll(async () => {
  world = await World.create();
  world.outside();
  world.must(
    'ip -n outside route add 203.0.113.9 via 10.99.0.2; ip -n outside route add 2001:db8::/64 via fd99::2; ip -n outside route add 203.0.113.8 dev eth0',
  );
});
afterAll(() => world.dispose());

const told = (file: string): readonly (readonly [line: number | undefined, message: string])[] =>
  (JSON.parse(world.mustTopo('plan', '--json', file)) as PlanDocument).warnings
    .filter(({ code }) => code === 'host-address-missing')
    .map(({ line, message }) => [line, message]);

const passing = (): Promise<readonly string[]> =>
  Promise.all([
    probe(world, 'outside', 'http://203.0.113.9:8080'),
    probe(world, 'outside', 'http://[2001:db8::9]:8080'),
    probe(world, 'named.a', 'http://10.99.0.1'),
  ]);

test('a warning for each, and no error', async () => {
  const file = world.file('topo.yaml', LAB);
  expect(told(file)).toEqual([
    [8, 'nodes.a.ports[0], nodes.a.ports[2]: the host has no address 203.0.113.9: nobody reaches the port until it has'],
    [9, 'nodes.a.ports[1]: the host has no address 2001:db8::9: nobody reaches the port until it has'],
    [
      3,
      expect.stringMatching(/^networks\.n\.masquerade: the host has no address 203\.0\.113\.8: answers to what leaves .* do not come back/),
    ],
  ]);
  const { status, stderr } = world.topo(['apply', '--yes', file]);
  expect(status).toBe(0);
  expect(stderr.match(/\[host-address-missing\]/g)).toHaveLength(3);
  await Promise.all([world.serve('named.a', 80, 'a'), world.serve('outside', 80, 'lan')]);
  for (const result of await passing()) expect(result).not.toContain('sees');
});

test('once the host has them, they are of use without another apply, and nothing is told', async () => {
  world.must('for a in 203.0.113.8/32 203.0.113.9/32 2001:db8::9/128; do ip addr add $a dev lan0; done');
  expect(told('topo.yaml')).toEqual([]);
  expect(await passing()).toEqual(['a sees 10.99.0.1', 'a sees fd99::1', 'lan sees 203.0.113.8']);
});

test('nothing is told of those that the apply makes, of loopback addresses, and of a simulated host’s', () => {
  const ports = "ports: ['10.82.1.1:8080:80', '127.0.0.9:8083:80', '[fd82:1::1]:8080:80', '0.0.0.0:8082:80', '[::]:8082:80']";
  const own = `name: own\nnetworks: { n: { subnet: [10.82.1.0/24, 'fd82:1::/64'] } }\nnodes: { a: { networks: [n], ${ports} } }\n`;
  expect(told(world.file('own.yaml', own))).toEqual([]);
  const simulated = (address: string): string => `name: far
networks: { lan: { subnet: 10.83.0.0/24 }, n: { subnet: 10.84.0.0/24 } }
hosts: { h: { networks: { lan: 10.83.0.5 } } }
nodes: { a: { host: h, networks: [n], ports: ['${address}:8080:80'] } }
`;
  expect(told(world.file('far.yaml', simulated('10.83.0.5')))).toEqual([]);
  expect(told(world.file('far.yaml', simulated('10.83.0.6')))).toHaveLength(1);
});
