/** A name that somebody else has taken is an error before anything is done, and names the line. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { World } from '../world.js';
import { EVERY_KIND } from './every-kind.js';
import { picture } from './machine.js';

let world: World;

beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world.dispose());

interface Taken {
  readonly name: string;
  readonly by: string;
  readonly code: string;
  /** What the line of the file has to say. */
  readonly line: string;
  readonly undo: string;
}

const CASES: readonly Taken[] = [
  {
    name: 'bridge_name, by a bridge',
    by: 'ip link add ek-back type bridge',
    code: 'foreign-link',
    line: 'back:',
    undo: 'ip link del ek-back',
  },
  {
    name: 'bridge_name, by another kind',
    by: 'ip link add ek-back type veth peer name x',
    code: 'foreign-link',
    line: 'back:',
    undo: 'ip link del ek-back',
  },
  {
    name: 'derived bridge name',
    by: 'ip link add br-4045f3ee type bridge',
    code: 'foreign-link',
    line: 'front:',
    undo: 'ip link del br-4045f3ee',
  },
  {
    name: 'bridge_name, by another lab',
    by: 'ip link add ek-back type bridge && ip link set ek-back alias topo:other/bridge:host/ek-back',
    code: 'foreign-link',
    line: 'back:',
    undo: 'ip link del ek-back',
  },
  {
    name: 'bridge_name, by an altname',
    by: 'ip link add other type bridge && ip link property add dev other altname ek-back',
    code: 'foreign-link',
    line: 'back:',
    undo: 'ip link del other',
  },
  {
    name: 'altname of a network, by an altname',
    by: 'ip link add other type bridge && ip link property add dev other altname topo.every.front',
    code: 'foreign-link',
    line: 'front:',
    undo: 'ip link del other',
  },
  {
    name: 'host_interface, by an altname',
    by: 'ip link add other type veth peer name x && ip link property add dev other altname ek-web',
    code: 'foreign-link',
    line: 'front:',
    undo: 'ip link del other',
  },
  {
    name: 'host_interface',
    by: 'ip link add ek-web type veth peer name x',
    code: 'foreign-link',
    line: 'front:',
    undo: 'ip link del ek-web',
  },
  { name: 'host end of a link', by: 'ip link add ek-up type bridge', code: 'foreign-link', line: 'endpoints:', undo: 'ip link del ek-up' },
  {
    name: 'host_interface, with an alias in our group',
    by: 'ip link add ek-web group 1594426785 type veth peer name x && ip link set ek-web alias mine',
    code: 'foreign-link',
    line: 'front:',
    undo: 'ip link del ek-web',
  },
  { name: 'name of a namespace', by: 'ip netns add every.web', code: 'foreign-netns', line: 'web:', undo: 'ip netns del every.web' },
  {
    name: 'name of a namespace, by another lab',
    by: 'ip netns add every.web && ip -n every.web link set lo alias topo:other/web',
    code: 'foreign-netns',
    line: 'web:',
    undo: 'ip netns del every.web',
  },
  {
    name: 'nftables table',
    by: 'nft add table inet topo_every',
    code: 'foreign-nft-table',
    line: 'front:',
    undo: 'nft delete table inet topo_every',
  },
  {
    name: 'nftables table with a mark of another lab',
    by: `nft 'table inet topo_every { comment "topo:other/rules"; chain c { }; }'`,
    code: 'foreign-nft-table',
    line: 'front:',
    undo: 'nft delete table inet topo_every',
  },
  {
    name: 'vni and port, by a link of another name',
    by: 'ip link add x type vxlan id 71 dstport 4789',
    code: 'vni-in-use',
    line: 'span:',
    undo: 'ip link del x',
  },
  {
    name: 'vni and port, by another lab',
    by: 'ip link add x type vxlan id 71 dstport 4789 local 127.0.0.1 && ip link set x alias topo:other/vxlan:host/x',
    code: 'vni-in-use',
    line: 'span:',
    undo: 'ip link del x',
  },
  {
    name: 'subnet, by a route of the host',
    by: 'ip link add r type veth peer name x && ip link set r up && ip route add 10.71.0.0/16 dev r',
    code: 'subnet-overlaps-route',
    line: 'front:',
    undo: 'ip link del r',
  },
];

test.each(CASES)('$name', ({ by, code, line, undo }) => {
  const file = world.file('topo.yaml', EVERY_KIND);
  world.must(by);
  const before = picture(world);
  for (const command of [['plan'], ['status'], ['apply', '--yes']]) {
    const { status, stdout, stderr } = world.topo([...command, file]);
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain(`[${code}]`);
    const at = /topo\.yaml:(\d+):\d+: error/.exec(stderr);
    expect(EVERY_KIND.split('\n')[Number(at?.[1]) - 1]).toContain(line);
    expect(stderr).not.toMatch(/^\s+at /m);
  }
  expect(picture(world)).toEqual(before);
  world.must(undo);
});

test.each(['id 72 dstport 4789', 'id 71 dstport 4790', 'id 71 dstport 4789 local ::1', 'id 71 dstport 4789 remote fd00::1'])(
  'a vxlan link with %s is in nobody’s way',
  (like) => {
    world.must(`ip link add x type vxlan ${like}`);
    const { status, stderr } = world.topo(['plan', 'topo.yaml']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    world.must('ip link del x');
  },
);

test.each([
  ['10.71.0.0/17', '10.71.0.0/17'],
  ['10.0.0.0/7', '10.0.0.0/7'],
  ['fd00::/8', 'fd00::/8'],
])('a route to %s of the host is in the way, and plan shows it', (to, shown) => {
  world.must(`ip link add r type veth peer name x && ip link set r up && ip route add ${to} dev r`);
  const { status, stderr } = world.topo(['plan', 'topo.yaml']);
  expect(status).toBe(1);
  expect(stderr).toContain(`overlaps the host's route ${shown} dev r`);
  world.must('ip link del r');
});

test.each(['0.0.0.0/0', '0.0.0.0/1', '128.0.0.0/1', '::/0', '::/1', '8000::/1', '2000::/3'])(
  'a route to %s is in nobody’s way: a VPN writes default routes in halves',
  (to) => {
    world.must(`ip link add r type veth peer name x && ip link set r up && ip route add ${to} dev r metric 7`);
    const { status, stderr } = world.topo(['plan', 'topo.yaml']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    world.must('ip link del r');
  },
);

test('an empty file in the place of a namespace is taken over, anything else is an error', () => {
  const file = world.file('topo.yaml', EVERY_KIND);
  world.must('touch /run/netns/every.web');
  world.mustTopo('apply', '--yes', file);
  world.mustTopo('destroy', '--yes', file);
  for (const make of ['mkdir', 'ln -s /nowhere']) {
    world.must(`${make} /run/netns/every.web`);
    const { status, stderr } = world.topo(['apply', '--yes', file]);
    expect(status).toBe(1);
    expect(stderr).toContain('topo.yaml:');
    expect(stderr).toContain('every.web');
    world.sh(`rmdir /run/netns/every.web || rm /run/netns/every.web`);
    world.mustTopo('destroy', '--yes', file);
  }
});
