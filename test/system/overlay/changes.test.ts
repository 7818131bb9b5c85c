/** What is on the wire between hosts, and what a node or a host that comes or goes changes on the others. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { planned } from '../../examples/example.js';
import { World } from '../world.js';

const text = (driver: string, hosts: readonly number[], nodes: readonly (readonly [name: string, host: number, last: number])[]): string =>
  [
    'name: span',
    'networks:',
    '  lan: { subnet: 192.168.50.0/24, bridge_name: lan0br }',
    `  net: { driver: ${driver}, subnet: 10.32.0.0/24, vni: 4242 }`,
    'hosts:',
    ...hosts.map((host) => `  h${host}: { networks: { lan: 192.168.50.${host} } }`),
    'nodes:',
    ...nodes.map(([name, host, last]) => `  ${name}: { host: h${host}, networks: { net: 10.32.0.${last} } }`),
    '',
  ].join('\n');

const FOUR = [
  ['a', 11, 10],
  ['b', 12, 20],
  ['c', 13, 30],
  ['d', 11, 11],
] as const;
const FIVE = [...FOUR, ['e', 12, 21]] as const;
const HOSTS = [11, 12, 13];

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world.dispose());

/** The changes of what was there before that are not of the namespace or the files of the new node itself. */
const onOthers = (changes: readonly string[], node: string): readonly string[] =>
  changes.filter((change) => !change.includes(`span.${node}`) && !/[+~-]names:/.test(change));

/** Actions by kind and host: `+fdb span.h11`. */
const summary = (changes: readonly string[]): readonly string[] =>
  changes.map((change) => change.replace(/^(.)([a-z]+):([^/]+)\/.*$/, '$1$2 $3')).sort();

it.each([
  ['vxlan', 4789, ['~fdb span.h11', '~fdb span.h13', '~neighbours span.h11', '~neighbours span.h13']],
  ['weave', 6784, []],
] as const)(
  '%s: the wire has UDP of its port and VNI; a node more is that node, and its entries on the other hosts',
  (driver, port, entries) => {
    const before = world.file('before.yaml', text(driver, HOSTS, FOUR));
    const after = world.file('after.yaml', text(driver, HOSTS, FIVE));
    world.mustTopo('apply', '--yes', before);
    const filter = `udp port ${port} and src 192.168.50.11 and dst 192.168.50.12`;
    const seen = world.must(
      `timeout 8 tcpdump -l -n -x -i lan0br -c 1 '${filter}' 2>/dev/null & sleep 1; ip netns exec span.a ping -c 2 -i 0.2 -W 1 10.32.0.20 >/dev/null; wait`,
    );
    const bytes = [...seen.matchAll(/^\s+0x[0-9a-f]{4}: (.*)$/gm)].map(([, line = '']) => line.replaceAll(' ', '')).join('');
    // Of UDP the port, after 20 bytes of IPv4 and 2 of the sender's; then the flag of a VNI that is valid, and 4242.
    expect(parseInt(bytes.slice(44, 48), 16)).toBe(port);
    expect(bytes.slice(56, 72)).toBe('0800000000109200');

    expect(summary(onOthers(planned(world, after), 'e'))).toEqual(entries);
    world.mustTopo('apply', '--yes', after);
    expect(world.mustTopo('plan', after)).toContain('No changes');
    expect(world.in('span.c', 'ping -c 1 -W 1 10.32.0.21').status).toBe(0);
    expect(summary(onOthers(planned(world, before), 'e'))).toEqual(entries);
  },
  60_000,
);

it.each([
  ['vxlan', ['~fdb span.h11', '~fdb span.h12', '~fdb span.h13', '~neighbours span.h11', '~neighbours span.h12', '~neighbours span.h13']],
  ['weave', ['~fdb span.h11', '~fdb span.h12', '~fdb span.h13']],
] as const)(
  '%s: a host more with a node is known to the others by an entry each, and reached',
  (driver, entries) => {
    const before = world.file('before.yaml', text(driver, HOSTS, FOUR));
    const after = world.file('after.yaml', text(driver, [...HOSTS, 14], [...FOUR, ['f', 14, 40]]));
    world.mustTopo('apply', '--yes', before);
    expect(summary(onOthers(onOthers(planned(world, after), 'f'), 'h14'))).toEqual(entries);
    world.mustTopo('apply', '--yes', after);
    expect(world.in('span.f', 'ping -c 1 -W 1 10.32.0.10').status).toBe(0);
    expect(world.in('span.b', 'ping -c 1 -W 1 10.32.0.40').status).toBe(0);
    world.mustTopo('apply', '--yes', before);
    expect(world.mustTopo('plan', before)).toContain('No changes');
    world.mustTopo('destroy', '--yes', before);
    expect(world.must('ls /run/netns; ip -br link').split('\n').filter(Boolean)).toHaveLength(1);
  },
  60_000,
);
