/** LANs of simulated hosts: the parents are interfaces that the lab makes. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { NO_CHANGES } from '../../examples/example.js';
import { World } from '../world.js';

const lab = (host = 'h1', mtu = 1500): string => `
name: rack
networks:
  lan: { subnet: 192.168.50.0/24, masquerade: false, mtu: ${mtu} }
  wire: { driver: macvlan, parent: eth0, subnet: 192.168.50.0/24, ip_range: 192.168.50.128/25, gateway: 192.168.50.1, host_shim: true }
hosts:
  h1: { networks: { lan: 192.168.50.11 } }
  h2: { networks: { lan: 192.168.50.12 } }
nodes:
  a: { host: ${host}, networks: { wire: 192.168.50.200 } }
  b: { host: h2, networks: { wire: 192.168.50.201 } }
  c: { networks: { lan: 192.168.50.20 } }
`;

let world: World;
beforeAll(async () => {
  world = await World.create();
  apply(lab());
});
afterAll(() => world.dispose());

function apply(text: string): string {
  const file = world.file('topo.yaml', text);
  const done = world.mustTopo('apply', '--yes', file);
  expect(world.mustTopo('plan', file)).toContain(NO_CHANGES);
  return done;
}
const pings = (from: string, address: string): boolean => world.in(`rack.${from}`, `ping -c 1 -W 1 ${address}`).status === 0;
const allReach = (): void => {
  const seen = ['a', 'c', 'h1', 'h2'].map((from) => pings(from, '192.168.50.201'));
  expect([...seen, pings('b', '192.168.50.200'), pings('h1', '192.168.50.200'), pings('a', '192.168.50.11')]).toEqual(Array(7).fill(true));
};

it('nodes of different hosts, the hosts and the rest of the LAN reach each other', allReach);

it('what the kernel takes along with the parent comes back with it', () => {
  world.must('ip -n rack.h1 link del eth0');
  expect(apply(lab())).toContain('+ macvlan rack.a:eth0 on rack.h1:eth0');
  allReach();
});

it('an MTU that the parent lost comes back, and the nodes’ with it', () => {
  world.must('ip -n rack.h1 link set eth0 mtu 1400');
  expect(apply(lab())).toContain('~ macvlan rack.a:eth0 on rack.h1:eth0');
  apply(lab('h1', 1400));
  expect(world.must('ip -n rack.a link show eth0')).toContain('mtu 1400');
  apply(lab());
});

it('a node that moves to another host gets an interface on that host’s parent', () => {
  expect(apply(lab('h2'))).toContain('parent_netns: rack.h1 -> rack.h2  # forces replacement');
  expect([pings('a', '192.168.50.201'), pings('c', '192.168.50.200'), pings('h2', '192.168.50.200')]).toEqual([true, true, true]);
});

it('the parent may be the host’s end of a link of the file', () => {
  const text = `${lab()}  d: { networks: { cable: 10.7.0.2 } }
  e: {}
links: [{ endpoints: ['host:cable0', { node: e, interface: eth0, ipv4_address: 10.7.0.1/24 }] }]
`.replace('hosts:', '  cable: { driver: macvlan, parent: cable0, subnet: 10.7.0.0/24 }\nhosts:');
  apply(text);
  expect(pings('d', '10.7.0.1')).toBe(true);
  apply(lab());
});

it('the parent may be a bridge of the file', () => {
  const text = `${lab()}  d: { networks: { onto: 10.8.0.2 } }
  e: { networks: { yard: 10.8.0.3 } }
`.replace(
    'hosts:',
    '  yard: { subnet: 10.8.0.0/24, bridge_name: br-yard }\n  onto: { driver: macvlan, parent: br-yard, subnet: 10.8.0.0/24 }\nhosts:',
  );
  apply(text);
  expect(pings('d', '10.8.0.3')).toBe(true);
  apply(text.replace('bridge_name: br-yard', 'bridge_name: br-yard, mtu: 1400'));
  expect(world.must('ip -n rack.d link show eth0')).toContain('mtu 1400');
  apply(lab());
});

it.each([
  [
    'that the host does not have',
    lab().replace('parent: eth0', 'parent: eth1'),
    'the host h1 has no interface named eth1 [parent-missing]',
  ],
  [
    'with a smaller MTU',
    lab().replace('parent: eth0', 'mtu: 1600, parent: eth0'),
    'an MTU of 1600 does not fit eth0, which has 1500 [mtu-above-parent]',
  ],
])('a parent %s is an error of the file', (_what, text, message) => {
  const { status, stderr } = world.topo(['validate', world.file('wrong.yaml', text)]);
  expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining(message) });
});

it('destroy leaves no trace', () => {
  world.mustTopo('destroy', '--yes', '--lab', 'rack');
  expect(world.must('ip -o link | wc -l; ls /run/netns').trim()).toBe('1');
});
