/** `antispoof: true`: nobody believes a node that takes an address of others. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { World } from '../world.js';
import { probe } from './probe.js';

const LAB = `name: forged
networks:
  a: { subnet: [10.61.0.0/24, 'fd61::/64'], antispoof: true, masquerade: false, isolated: false }
  b: { subnet: [10.62.0.0/24, 'fd62::/64'], isolated: false, masquerade: false }
nodes:
  a1: { networks: { a: { ipv4_address: 10.61.0.2, ipv6_address: 'fd61::2' } } }
  router: { networks: { a: 10.61.0.3 }, forwarding: true, interfaces: { inner: { addresses: [10.70.0.1/24] } } }
  b1: { networks: { b: { ipv4_address: 10.62.0.2, ipv6_address: 'fd62::2' } } }
  behind: { interfaces: { eth0: { addresses: [10.70.0.2/24] } }, routes: [{ to: default, via: 10.70.0.1 }] }
links:
  - endpoints: ['router:inner', 'behind:eth0']
`;

let world: World;

beforeAll(async () => {
  world = await World.create();
  world.outside();
  for (const route of ['10.61.0.0/24 via 10.99.0.2', '10.70.0.0/24 via 10.99.0.2', '10.62.0.0/24 via 10.99.0.2'])
    world.must(`ip -n outside route add ${route}`);
  for (const subnet of ['fd61::/64', 'fd62::/64']) world.must(`ip -n outside -6 route add ${subnet} via fd99::2`);
  world.mustTopo('apply', '--yes', world.file('topo.yaml', LAB));
  world.must('ip route add 10.70.0.0/24 via 10.61.0.3');
  // So that the forged address could be used at all, and the host would not drop it by itself.
  world.must('for key in all default $(ls /proc/sys/net/ipv4/conf); do sysctl -qw net.ipv4.conf.$key.rp_filter=0; done');
}, 60_000);
afterAll(() => world.dispose());

/** Addresses that are used only when asked for. */
function forge(): void {
  for (const address of ['10.62.0.77/32', '192.0.2.7/32', 'fd62::77/128', '2001:db8::7/128'])
    world.must(`ip -n forged.a1 addr add ${address} dev eth0 ${address.includes(':') ? 'nodad preferred_lft 0' : ''}`);
}

/** How many packets from this address a place sees, of five that a1 sends there; one from its own address, behind them, ends the look. */
async function seen(from: string, to: string): Promise<number> {
  const place = to.includes('99') ? 'outside' : 'forged.b1';
  const capture = await world.background(place, ['tcpdump', '-n', '-l', '-i', 'eth0', '--immediate-mode', 'icmp or icmp6'], 'listening on');
  let text = '';
  capture.stdout!.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const requests = (source: string): number =>
    text.split('\n').filter((line) => line.includes(` ${source} > `) && line.includes('echo request')).length;
  world.sh(`ip netns exec forged.a1 ping -n -c 5 -i 0.02 -W 1 -I ${from} ${to}`);
  world.must(`ip netns exec forged.a1 ping -n -c 1 -W 5 ${to}`);
  const own = from.includes(':') ? 'fd61::2' : '10.61.0.2';
  for (let i = 0; i < 1000 && requests(own) === 0; i++) await new Promise((resolve) => setTimeout(resolve, 10));
  capture.kill();
  expect(requests(own)).toBe(1);
  return requests(from);
}

const FORGED = [
  ['10.62.0.77', '10.62.0.2'],
  ['10.62.0.77', '10.99.0.1'],
  ['192.0.2.7', '10.99.0.1'],
  ['fd62::77', 'fd62::2'],
  ['2001:db8::7', 'fd99::1'],
] as const;

test('has nothing left to plan, before addresses are forged', () => {
  expect(world.mustTopo('plan', '--detailed-exitcode')).toContain('No changes');
  forge();
});

test.each(FORGED)('drops what comes from forged addresses: %s', async (from, to) => {
  expect(await seen(from, to)).toBe(0);
});

test.each([
  ['a1', 'ping 10.61.0.1', 'answer'],
  ['a1', 'ping 10.62.0.2', 'answer'],
  ['a1', 'ping fd62::2', 'answer'],
  ['a1', 'ping 10.99.0.1', 'answer'],
  ['a1', 'ping fd99::1', 'answer'],
  ['b1', 'ping 10.61.0.2', 'answer'],
  ['b1', 'ping fd61::2', 'answer'],
])('passes what is honest', async (from, to, result) => {
  expect(await probe(world, `forged.${from}`, to)).toBe(result);
});

test('passes what comes from a network behind a node', async () => {
  expect(await probe(world, 'forged.behind', 'ping 10.99.0.1')).toBe('answer');
});

test('without it they would pass', async () => {
  world.mustTopo('apply', '--yes', world.file('topo.yaml', LAB.replace('antispoof: true, ', '')));
  forge();
  for (const [from, to] of FORGED) expect(await seen(from, to)).toBe(5);
});

test('is refused where the host is not the gateway', () => {
  const file = world.file('other.yaml', LAB.replace('antispoof: true, ', 'antispoof: true, gateway: router, '));
  const { status, stderr } = world.topo(['validate', file]);
  expect(status).toBe(1);
  expect(stderr).toMatch(/other\.yaml:3:\d+: error: antispoof is a rule of the host, and packets of a leave by the node router/);
});
