/** What the kernel refuses ends with its own sentence, the object and the line of the file, and the next apply goes on (GUARANTEES.md, G10). */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { World } from '../world.js';

let world: World;
let baseline: string;

beforeEach(async () => {
  world = await World.create();
  baseline = world.snapshot();
});
afterEach(() => world.dispose());

interface Refusal {
  readonly name: string;
  readonly lab: string;
  /** Before the apply, and its undoing. */
  readonly prepare?: string;
  readonly undo?: string;
  /** A file that the kernel takes instead, if there is nothing to undo. */
  readonly mended?: string;
  readonly sentence: string;
  readonly object: string;
  readonly line: string;
}

const link = (mtu: string, routes: string): string => `name: refused
nodes:
  a:
    interfaces: { eth0: { mtu: ${mtu} } }
    routes:
      - ${routes}
links:
  - endpoints: [{ node: a, interface: eth0, ipv4_address: 10.0.0.1/32 }, { node: host, interface: toa, ipv4_address: 10.0.0.2/32 }]
`;

const SIMPLE = 'name: refused\nnetworks: { lan: { subnet: 10.81.0.0/24 } }\nnodes:\n  a: { networks: [lan] }\n  b: { networks: [lan] }\n';

const CASES: readonly Refusal[] = [
  {
    name: 'a sysctl that takes no such value',
    lab: 'name: refused\nnodes:\n  a:\n    sysctls:\n      net.ipv4.ip_default_ttl: 4711\n',
    mended: 'name: refused\nnodes:\n  a:\n    sysctls:\n      net.ipv4.ip_default_ttl: 47\n',
    sentence: 'the setting does not take that value',
    object: 'sysctl net.ipv4.ip_default_ttl in refused.a',
    line: ':5:',
  },
  {
    name: 'a sysctl that this kernel does not have',
    lab: 'name: refused\nnodes:\n  a:\n    sysctls:\n      net.ipv4.no_such_setting: 1\n',
    mended: 'name: refused\nnodes:\n  a: {}\n',
    sentence: 'this kernel has no such setting here',
    object: 'sysctl net.ipv4.no_such_setting in refused.a',
    line: ':5:',
  },
  {
    name: 'a directory in the place of a namespace',
    lab: SIMPLE,
    prepare: 'mkdir /run/netns/refused.b',
    undo: 'rmdir /run/netns/refused.b',
    sentence: 'error[EEXIST]',
    object: 'netns refused.b',
    line: ':5:',
  },
  {
    name: 'settings that cannot be written',
    lab: SIMPLE.replace('networks: [lan] }\n  b', 'networks: [lan], forwarding: true }\n  b'),
    prepare: 'mount --bind /proc/sys /proc/sys && mount -o remount,ro,bind /proc/sys',
    undo: 'umount /proc/sys',
    sentence: 'EROFS',
    object: 'sysctl',
    line: ':2:',
  },
  {
    name: 'a router that can be none',
    lab: link('1500', '{ to: 10.5.0.0/16, via: 224.0.0.9, dev: eth0, onlink: true }'),
    mended: link('1500', '{ to: 10.5.0.0/16, via: 10.0.0.9, dev: eth0, onlink: true }'),
    sentence: 'Nexthop has invalid gateway',
    object: 'route 10.5.0.0/16',
    line: ':6:',
  },
];

test.each(CASES)('$name', ({ lab, prepare, undo, mended, sentence, object, line }) => {
  const file = world.file('topo.yaml', lab);
  expect(world.topo(['validate', file]).stderr).toBe('');
  if (prepare !== undefined) world.must(prepare);
  const { status, stdout, stderr } = world.topo(['apply', '--yes', file]);
  expect({ status, stderr }).toMatchObject({ status: 1 });
  expect(stderr).toMatch(/^error\[E[A-Z]+\]: /m);
  expect(stderr).toContain(sentence);
  expect(stderr).toContain(object);
  expect(stderr).toContain(`topo.yaml${line}`);
  expect(stdout + stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
  expect(stdout + stderr).not.toContain('This should not have happened');
  if (undo !== undefined) world.must(undo);
  if (mended !== undefined) world.file('topo.yaml', mended);
  world.mustTopo('apply', '--yes', file);
  expect(world.mustTopo('plan', '--detailed-exitcode', file)).toContain('No changes.');
  world.mustTopo('destroy', '--yes', file);
  expect(world.snapshot()).toBe(baseline);
});

test('a process that lives on in a namespace: links and name are gone, it is named, and destroy says that it is not done', async () => {
  const file = world.file('topo.yaml', SIMPLE);
  world.mustTopo('apply', '--yes', file);
  const child = await world.background('refused.a', ['sh', '-c', 'echo ready; exec sleep 12345'], 'ready');
  const pid = world.must("pgrep -f 'sleep 12345' | head -1").trim();
  const { status, stderr, stdout } = world.topo(['destroy', '--yes', file]);
  expect(status).toBe(1);
  expect(stderr).toContain(`(process ${pid})`);
  expect(stderr).toContain('refused.a');
  expect(stdout).toContain('Destroy incomplete');
  expect(world.must('ls /run/netns')).toBe('');
  expect(world.snapshot()).toBe(baseline);
  // The next apply does not mind.
  world.mustTopo('apply', '--yes', file);
  expect(world.mustTopo('plan', '--detailed-exitcode', file)).toContain('No changes.');
  world.must(`kill -9 ${pid}`);
  child.kill('SIGKILL');
  world.mustTopo('destroy', '--yes', file);
  expect(world.snapshot()).toBe(baseline);
}, 30_000);
