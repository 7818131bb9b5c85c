/** What is otherwise than asked for when the kernel is read again fails the apply, and is named (GUARANTEES.md, G10). */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { World } from '../world.js';
import { stateOf } from './crash.js';

/** A name for the host's namespace, by which a command inside a node comes there. */
const HOST_NETNS = '/run/altered-host';

/** With a command that `apply` runs behind all changes, and before it reads the kernel again. */
const lab = (command: string): string => `name: altered
networks: { lan: { subnet: [10.85.0.0/24, 'fd85::/64'], bridge_name: alt-lan } }
nodes:
  a:
    networks: { lan: { ipv4_address: 10.85.0.10, ipv6_address: 'fd85::10', host_interface: alt-a } }
    ports: ['8085:80']
    sysctls: { net.ipv4.conf.all.rp_filter: 2 }
    neighbours: [{ address: 10.85.0.77, mac_address: '02:00:00:00:00:77', dev: eth0 }]
    interfaces: { lo: { addresses: [10.85.255.1/32] } }
    routes: [{ to: 10.86.0.0/16, via: 10.85.0.1 }, { to: 10.87.0.0/16, type: blackhole }]
    rules: [{ from: 10.85.0.0/24, table: 100, priority: 1000 }]
    exec: ${JSON.stringify(command === '' ? [] : [command])}
  b: { networks: [lan] }
`;

const onHost = (command: string): string => `nsenter --net=${HOST_NETNS} ${command}`;

const ALTERED: readonly (readonly [what: string, command: string, named: readonly string[]])[] = [
  ['an MTU', 'ip link set eth0 mtu 1300', ['veth altered.a:eth0', 'mtu is 1300, not 1500']],
  ['a link that is down', 'ip link set lo down', ['loopback altered.a:lo', 'up is false, not true']],
  ['an address that is gone', 'ip addr del 10.85.255.1/32 dev lo', ['address 10.85.255.1/32 on altered.a:lo', 'missing in the kernel']],
  [
    'an address that nobody asked for',
    'ip addr add 10.85.0.99/24 dev eth0',
    ['address 10.85.0.99/24 on altered.a:eth0', 'not in the topology'],
  ],
  ['a route that is gone', 'ip route del 10.86.0.0/16', ['route 10.86.0.0/16', 'missing in the kernel']],
  ['a route that leads elsewhere', 'ip route replace prohibit 10.87.0.0/16', ['10.87.0.0/16']],
  ['a rule that is gone', 'ip rule del priority 1000', ['rule', 'missing in the kernel']],
  ['a neighbour that is gone', 'ip neigh del 10.85.0.77 dev eth0', ['10.85.0.77', 'missing in the kernel']],
  ['a setting', 'sysctl -qw net.ipv4.conf.all.rp_filter=0', ['sysctl net.ipv4.conf.all.rp_filter in altered.a', 'value is 0, not 2']],
  ['a port of the bridge', onHost('ip link set alt-a nomaster'), ['veth altered.a:eth0', 'peer_master']],
  ['the bridge', onHost('ip link set alt-lan down'), ['bridge alt-lan', 'up is false, not true']],
  ['rules that are gone', onHost('nft delete table inet topo_altered'), ['inet topo_altered', 'missing in the kernel']],
  ['rules that were emptied', onHost('nft flush table inet topo_altered'), ['inet topo_altered']],
];

let world: World;
let baseline: string;
beforeAll(async () => {
  world = await World.create();
  world.must('sysctl -qw net.ipv6.conf.default.accept_dad=0');
  world.must(`touch ${HOST_NETNS} && mount --bind /proc/1/ns/net ${HOST_NETNS}`);
  baseline = stateOf(world);
});
afterAll(() => world.dispose());

describe('an apply behind which there is', () => {
  it.each(ALTERED)('%s fails, and says what', (_what, command, named) => {
    const file = world.file('topo.yaml', lab(command));
    const { status, stdout, stderr } = world.topo(['apply', '--yes', '--quiet', file]);
    expect({ status, stderr }).toMatchObject({ status: 1 });
    const [, differences = ''] = stderr.split('The kernel was read again, and differs:\n');
    for (const words of named) expect(differences).toContain(words);
    expect(stdout).toContain('Apply incomplete: the kernel is not as it should be.');
    expect(stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
    // Without the command the next one arrives.
    world.file('topo.yaml', lab(''));
    world.mustTopo('apply', '--yes', '--quiet', file);
    expect(world.mustTopo('plan', '--detailed-exitcode', file)).toContain('No changes.');
    world.mustTopo('destroy', '--yes', '--quiet', file);
    expect(stateOf(world)).toBe(baseline);
  });

  it('nothing of that kind succeeds', () => {
    const file = world.file('topo.yaml', lab('true'));
    expect(world.mustTopo('apply', '--yes', file)).toContain('Apply complete!');
    world.mustTopo('destroy', '--yes', file);
  });
});
