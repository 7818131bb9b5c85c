/** Somebody who has port 53 of the gateway address is named by plan, before the DNS server of a network would fail. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { NO_CHANGES } from '../../examples/example.js';
import { World } from '../world.js';

const LISTENER = `
const [kind, address] = process.argv[1].split('|');
const told = () => console.log('listening');
if (kind === 'udp') require('dgram').createSocket({ type: address.includes(':') ? 'udp6' : 'udp4', ipv6Only: address.includes(':') }).bind(53, address, told);
else require('net').createServer().listen({ host: address, port: 53, ipv6Only: true }, told);
`;

const LAB = `name: port53
networks:
  a: { subnet: [10.61.0.0/24, 'fd61::/64'], dns: server }
  b: { subnet: 10.62.0.0/24 }
nodes:
  one: { networks: [a, b] }
`;

let world: World;
beforeAll(async () => {
  world = await World.create();
  world.file('topo.yaml', LAB);
});
afterAll(() => world.dispose());

const listen = (socket: string): Promise<ChildProcess> => world.background(null, [process.execPath, '-e', LISTENER, socket], 'listening');
/** All that listen so. */
const end = (): string => world.must("pkill -KILL -f '[c]onst told'; sleep 0.1");

test.each([
  ['udp|0.0.0.0', '0.0.0.0:53/udp', '10.61.0.1'],
  ['tcp|0.0.0.0', '0.0.0.0:53/tcp', '10.61.0.1'],
  ['udp|::', '[::]:53/udp', 'fd61::1'],
  ['tcp|::', '[::]:53/tcp', 'fd61::1'],
])('%s is in the way, with its process and the line of the network', async (socket, place, address) => {
  await listen(socket);
  for (const command of [['plan'], ['apply', '--yes']]) {
    const { status, stdout, stderr } = world.topo(command);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/topo\.yaml:3:\d+: error: networks\.a: .*\(process \d+\) listens on .*\[dns-port-in-use\]/);
    expect(stderr).toContain(`listens on ${place} of the host already, and the DNS server of the network needs port 53 of ${address}`);
    expect(stderr.match(/dns-port-in-use/g)).toHaveLength(1);
  }
  expect(world.must('ip -br link show type bridge')).toBe('');
  end();
});

test('other addresses are free, and a server that runs is in nobody’s way', async () => {
  await listen('udp|127.0.0.53');
  world.mustTopo('apply', '--yes');
  expect(world.mustTopo('plan')).toBe(NO_CHANGES);
  world.file('topo.yaml', LAB.replace('dns: server }', 'dns: server, mtu: 1400 }'));
  await listen('udp|10.62.0.1');
  expect(world.topo(['plan']).stderr).toBe('');
  world.mustTopo('destroy', '--yes');
});

test('the lab’s own server leaves before that of the network’s new name comes, with `moved` or without', () => {
  const named = (name: string): string => LAB.replace('  a: {', `  ${name}: {`).replace('[a, b]', `[${name}, b]`);
  for (const text of [named('a'), named('c'), `${named('d')}moved: [{ from: networks.c, to: networks.d }]\n`]) {
    world.file('topo.yaml', text);
    world.mustTopo('apply', '--yes');
    expect(world.mustTopo('plan')).toBe(NO_CHANGES);
  }
  world.mustTopo('destroy', '--yes');
});
