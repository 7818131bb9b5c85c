/** `protect: true`: what the file, or the kernel's memory of it, says must not be destroyed. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { World } from '../world.js';

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world.dispose());
afterEach(() => {
  const open = LAB.replaceAll('protect: true', 'protect: false');
  world.mustTopo('apply', '--yes', world.file('topo.yaml', open));
  world.mustTopo('destroy', '--yes', 'topo.yaml');
  expect(world.must('ip -j link show lo')).not.toContain('altnames');
});

const LAB = `name: safe
networks:
  lan: { subnet: 10.7.0.0/24, protect: true }
nodes:
  db:
    protect: true
    networks: [lan]
  web: { networks: [lan] }
  side: { network_mode: node:web, protect: true }
`;

const apply = (text: string, ...more: readonly string[]) => world.topo(['apply', '--yes', world.file('topo.yaml', text), ...more]);
const inode = () => world.must('stat -c %i /run/netns/safe.db');

test('a protected node stays when it leaves the file, without the file, and in a plan of another one', () => {
  apply(LAB);
  const before = inode();
  const without = LAB.replace('  db:\n    protect: true\n    networks: [lan]\n', '');
  const refused = apply(without);
  expect(refused.status).toBe(1);
  expect(refused.stderr).toContain('error: nodes.db of the lab safe is protected, and the file has it no more');
  expect(refused.stderr).toContain('put it back with protect: false and apply that');
  expect(world.topo(['plan', 'topo.yaml']).status).toBe(1);
  const gone = world.topo(['destroy', '--yes', '--lab', 'safe']);
  expect(gone.status).toBe(1);
  expect(gone.stderr).toContain('nodes.db of the lab safe is protected, and would be destroyed');
  expect(gone.stderr).toContain('networks.lan of the lab safe is protected');
  expect(gone.stderr).toContain('nodes.side of the lab safe is protected');
  expect(inode()).toBe(before);
  expect(apply(LAB).stdout).toContain('0 added, 0 changed, 0 destroyed');
});

test('a change that would replace it is refused at the line that protects it; others go on', () => {
  apply(LAB);
  const before = inode();
  const { status, stderr } = apply(LAB.replace('    networks: [lan]\n', '    networks: [lan]\n    netns: other\n'));
  expect(status).toBe(1);
  expect(stderr).toContain('nodes.db is protected, and netns safe.db (node db) would be destroyed: not in the topology');
  expect(stderr).toMatch(/topo\.yaml:6:14/);
  const bridge = apply(LAB.replace('protect: true }', 'protect: true, bridge_name: other }'));
  expect(bridge.stderr).toMatch(/networks\.lan is protected, and bridge br-\w+ would be destroyed/);
  expect(bridge.stderr).toMatch(/topo\.yaml:3:40/);
  const joined = apply(LAB.replace('node:web', 'node:db'));
  expect(joined.stderr).toContain('nodes.side is protected, and node side in the namespace safe.web would be destroyed');
  expect(
    apply(LAB.replace('web: {', 'web: { forwarding: true,').replace('    networks: [lan]', '    networks: { lan: 10.7.0.9 }')).status,
  ).toBe(0);
  expect(inode()).toBe(before);
});

test('of networks that are not one bridge, tunnels and the interfaces of nodes are not replaced; nodes come and go', () => {
  const cluster = `name: safe
networks:
  lan: { subnet: 192.168.50.0/24 }
  over: { driver: vxlan, subnet: 10.8.0.0/24, vni: 8, underlay: lan, protect: true }
  pods: { driver: flannel, subnet: 10.244.0.0/16, underlay: lan, protect: true }
  wire: { driver: macvlan, parent: eth0, subnet: 192.168.50.0/24, ip_range: 192.168.50.128/25, host_shim: true, protect: true }
  more: { subnet: 192.168.51.0/24 }
hosts:
  h1: { networks: [lan, more] }
  h2: { networks: [lan, more] }
nodes:
  a: { host: h1, networks: [over, pods, wire] }
  b: { host: h2, networks: [over, pods, wire] }
  c: { host: h2, networks: [over, pods, wire] }
`;
  expect(apply(cluster).status).toBe(0);
  const refusals = [
    ['vni: 8', 'vni: 9', 'over', /vxlan safe\.h\d:vx-\w+ vni 8 would be replaced/],
    ['10.244.0.0/16', '10.244.0.0/16, vni: 4', 'pods', /vxlan safe\.h\d:flannel\.1 vni 1 would be destroyed/],
    ['parent: eth0', 'parent: eth1', 'wire', /macvlan safe\.([ab]:eth2|h\d:mv-\w+) on safe\.h\d:eth0 would be replaced/],
  ] as const;
  const without = cluster.replace(/ {2}c: .*\n/, '');
  for (const [was, is, network, what] of refusals) {
    const { status, stderr } = apply(without.replace(was, is));
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringMatching(what) });
    expect(stderr).toContain(`networks.${network} is protected, and`);
  }
  expect(apply(without).status).toBe(0);
  expect(apply(cluster).status).toBe(0);
  expect(apply(cluster.replaceAll('protect: true', 'protect: false')).status).toBe(0);
});

test('another driver makes a network anew: it is refused, with both of them named, until it is let go', () => {
  const spanning = (driver: string, protect = true): string => `name: safe
networks:
  lan: { subnet: 192.168.50.0/24, masquerade: false, isolated: false }
  pods: { driver: ${driver}, subnet: 10.244.0.0/16, underlay: lan, protect: ${protect} }
hosts: { h1: { networks: [lan] }, h2: { networks: [lan] } }
nodes:
  a: { host: h1, networks: [pods] }
  b: { host: h2, networks: [pods] }
`;
  for (const [was, is] of [
    ['calico', 'flannel'],
    ['flannel', 'vxlan'],
  ] as const) {
    expect(apply(spanning(was)).status).toBe(0);
    const { status, stderr } = apply(spanning(is));
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringContaining(`networks.pods is protected, and would be made anew: driver ${was} -> ${is}`),
    });
    expect(stderr).toMatch(/topo\.yaml:4:\d+: error/);
    const [old, other] = [world.file('old.yaml', spanning(was)), world.file('new.yaml', spanning(is))];
    expect(world.topo(['plan', '--from', old, other]).stderr).toContain(`driver ${was} -> ${is}`);
    // What is lost is in the plan of the one that may be: every node's interface, or its address.
    const plan = JSON.parse(world.mustTopo('plan', '--json', world.file('topo.yaml', spanning(is, false)))) as {
      actions: { id: string; action: string }[];
    };
    const lost = plan.actions.filter(({ id, action }) => action !== 'create' && /^(veth|address):safe\.[ab]\//.test(id));
    expect(new Set(lost.map(({ id }) => id.slice(0, id.indexOf('/')).replace(/^\w+:/, '')))).toEqual(new Set(['safe.a', 'safe.b']));
    expect(apply(spanning(is, false)).status).toBe(0);
  }
  expect(world.mustTopo('plan', 'topo.yaml')).toContain('No changes.');
}, 60_000);

test('blocks of another size are other blocks: a protected calico network keeps its own, while hosts and nodes come and go', () => {
  const blocks = (more: string, nodes = '  b: { host: h2, networks: [pods] }\n'): string => `name: safe
networks:
  lan: { subnet: 192.168.50.0/24, masquerade: false, isolated: false }
  pods: { driver: calico, subnet: 10.244.0.0/16, underlay: lan${more} }
hosts: { h1: { networks: [lan] }, h2: { networks: [lan] } }
nodes:
  a: { host: h1, networks: [pods] }
${nodes}`;
  expect(apply(blocks(', protect: true')).status).toBe(0);
  const block = (): string => world.must('ip -n safe.h1 route show type blackhole');
  const before = block();
  const { status, stderr } = apply(blocks(', block_size: 28, protect: true'));
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: expect.stringContaining('networks.pods is protected, and would be made anew: block_size 26 -> 28'),
  });
  expect(block()).toBe(before);
  expect(apply(blocks(', protect: true', '')).status).toBe(0);
  expect(apply(blocks(', protect: true')).status).toBe(0);
  expect(world.mustTopo('plan', 'topo.yaml')).toContain('No changes.');
  expect(apply(blocks(', block_size: 28, protect: false')).status).toBe(0);
  expect(block()).not.toBe(before);
  world.mustTopo('destroy', '--yes', 'topo.yaml');
});

test('the lab as a whole is kept, while what is in it comes and goes', () => {
  const lab = `protect: true\n${LAB.replaceAll(/protect: true ?/g, 'protect: false')}`;
  expect(apply(lab).status).toBe(0);
  expect(world.must('ip -j link show lo')).toContain('"protect:safe"');
  expect(apply(lab.replace('  web: { networks: [lan] }\n', '').replace('node:web', 'none')).status).toBe(0);
  const { status, stderr } = world.topo(['destroy', '--yes', 'topo.yaml']);
  expect({ status, stderr }).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('the lab safe is protected, and would be destroyed'),
  });
  expect(apply('name: safe\nprotect: true\n').stderr).toContain('the lab safe is protected');
});

test('what is gone already is made again', () => {
  apply(LAB);
  world.must('ip netns del safe.db');
  expect(apply(LAB).status).toBe(0);
  expect(world.must('ip -n safe.db -j link show lo')).toContain('"protect:safe.nodes.db"');
  expect(world.mustTopo('plan', 'topo.yaml')).toContain('No changes.');
  // Without the memory of it the file's word counts.
  world.must('ip -n safe.db link property del dev lo altname protect:safe.nodes.db');
  expect(apply(LAB.replace('    networks: [lan]\n', '    networks: [lan]\n    netns: other\n')).status).toBe(1);
});

test('between two files it is the same error', () => {
  const [old, other] = [world.file('old.yaml', LAB), world.file('new.yaml', LAB.replace('  db:\n', '  db2:\n'))];
  const { status, stderr } = world.topo(['plan', '--from', old, other]);
  expect(status).toBe(1);
  expect(stderr).toContain('nodes.db of the lab safe is protected, and the file has it no more');
  expect(stderr).toMatch(/old\.yaml:6:14/);
});
