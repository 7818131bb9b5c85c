/** `routing.bgp` on the kernel: what the daemon does, what is drift and what is not, and that nothing is left. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { World } from '../world.js';
import { birdc, until } from './until.js';

const NEIGHBOR = '{ peer: NODE, hold_time: 9 }';
const LAB = `
name: two
defaults: { forwarding: true }
nodes:
  a:
    interfaces: { lo: { addresses: [10.0.0.1/32, 'fd00::1/128'] } }
    routes: [{ to: 10.77.0.0/16, type: blackhole }]
    routing: { bgp: { asn: 65001, neighbors: [${NEIGHBOR.replace('NODE', 'b')}], networks: [10.0.0.1/32, 'fd00::1/128', 10.77.0.0/16] } }
  b:
    interfaces: { lo: { addresses: [10.0.0.2/32, 'fd00::2/128'] } }
    routing:
      bgp: { asn: 65002, neighbors: [${NEIGHBOR.replace('NODE', 'a')}], networks: [10.0.0.2/32, 'fd00::2/128', 10.88.0.0/16] }
      static: [{ to: 10.88.0.0/16, type: blackhole }]
links:
  - endpoints:
      - { node: a, interface: eth1, ipv4_address: 10.1.0.1/30, ipv6_address: 'fd01::1/64' }
      - { node: b, interface: eth1, ipv4_address: 10.1.0.2/30, ipv6_address: 'fd01::2/64' }
`;

let world: World;
let before: string;

beforeAll(async () => {
  world = await World.create();
  before = world.snapshot();
  world.file('topo.yaml', LAB);
  world.mustTopo('apply', '--yes');
  await converged();
}, 60_000);
afterAll(() => world.dispose());

async function converged(): Promise<void> {
  for (const [node, routes, fits] of [
    ['a', 'ip route', /^10\.0\.0\.2 via/m],
    ['a', 'ip -6 route', /^fd00::2 via/m],
    ['b', 'ip route', /^10\.0\.0\.1 via/m],
    ['b', 'ip -6 route', /^fd00::1 via/m],
  ] as const)
    await until(world, `two.${node}`, routes, fits);
}

const planned = (): readonly string[] =>
  (JSON.parse(world.mustTopo('plan', '--json')) as { actions: { id: string; action: string }[] }).actions.map(
    ({ id, action }) => `${action} ${id}`,
  );
const since = (node: string): readonly string[] =>
  [...birdc(world, 'two', node, 'show protocols').matchAll(/^(bgp-\S+) .* up +(\S+ \S+) +Established/gm)].map(
    ([, name, time]) => `${name} ${time}`,
  );
const pid = (node: string): string => world.must(`cat /run/topo/run/two/${node}/@bird/pid`);

describe('two routers', () => {
  it('learn each other’s networks, in both families, and traffic goes by them', () => {
    expect(world.in('two.a', 'ping -c 1 -W 2 -I 10.0.0.1 10.0.0.2').status).toBe(0);
    expect(world.in('two.a', 'ping -c 1 -W 2 -I fd00::1 fd00::2').status).toBe(0);
  });

  it('announce static routes of the daemon, and routes of the node that `networks` names', () => {
    expect(world.in('two.a', 'ip route show 10.88.0.0/16').stdout).toBe('10.88.0.0/16 via 10.1.0.2 dev eth1 proto bird metric 32 \n');
    expect(world.in('two.b', 'ip route show 10.77.0.0/16').stdout).toBe('10.77.0.0/16 via 10.1.0.1 dev eth1 proto bird metric 32 \n');
    expect(world.in('two.b', 'ip route show 10.88.0.0/16').stdout).toBe('blackhole 10.88.0.0/16 proto bird metric 32 \n');
  });

  it('have routes that are no drift', () => {
    expect(world.mustTopo('plan')).toContain('No changes');
    expect(world.topo(['status']).status).toBe(0);
  });

  it('are shown by status with their neighbours and routes', () => {
    const [a] = (JSON.parse(world.mustTopo('status', '--json')) as { routing: Record<string, unknown>[] }).routing;
    const session = { protocol: 'bgp', peer: 'b', asn: 65002, state: 'Established', since: expect.stringMatching(/^\d{4}-.*Z$/) };
    expect(a).toEqual({
      node: 'a',
      netns: 'two.a',
      routerId: '10.0.0.1',
      neighbors: [
        { ...session, address: '10.1.0.2', received: 2, exported: 2 },
        { ...session, address: 'fd01::2', received: 1, exported: 1 },
      ],
      routes: [
        { to: '10.0.0.2/32', type: 'unicast', nexthops: [{ via: '10.1.0.2', dev: 'eth1' }] },
        { to: '10.88.0.0/16', type: 'unicast', nexthops: [{ via: '10.1.0.2', dev: 'eth1' }] },
        { to: 'fd00::2/128', type: 'unicast', nexthops: [{ via: 'fd01::2', dev: 'eth1' }] },
      ],
    });
    const text = world.mustTopo('status');
    expect(text).toMatch(/^routing of a \(router 10\.0\.0\.1\)$/m);
    expect(text).toMatch(/^ {2}bgp {2}b {2}10\.1\.0\.2 {2}AS 65002 {2}Established since [-\d]+ [:\d]+ {2}2 received, 2 exported$/m);
    expect(text).toMatch(/^ {2}10\.88\.0\.0\/16 via 10\.1\.0\.2 dev eth1$/m);
  });

  it('are shown by show, each with its own', () => {
    const { nodes } = JSON.parse(world.mustTopo('show', 'b', '--json')) as { nodes: { b: { routing: Record<string, unknown> } } };
    expect(nodes.b.routing).toMatchObject({ router_id: '10.0.0.2', neighbors: [{ peer: 'a' }, { peer: 'a' }] });
    expect(nodes.b.routing['routes']).toContainEqual({ to: '10.88.0.0/16', type: 'blackhole', nexthops: [] });
    expect(world.mustTopo('show', 'b')).toMatch(/^ {2}routing:\n {4}bgp {2}a {2}10\.1\.0\.1 {2}AS 65001 {2}Established/m);
    expect(world.mustTopo('show', 'b', '--yaml')).toContain('router_id: 10.0.0.2');
  });

  it('with a daemon that does not answer do not keep status waiting', () => {
    const pids = 'ip netns pids two.a | while read p; do ! grep -qx bird /proc/$p/comm || echo $p; done';
    world.must(`kill -STOP $(${pids})`);
    const start = performance.now();
    expect(world.mustTopo('status')).toContain('routing of a (the daemon does not answer)');
    expect(performance.now() - start).toBeLessThan(10_000);
    world.must(`kill -CONT $(${pids})`);
  });

  it('keep their sessions when `networks` changes, and the daemon is the same process', async () => {
    const [sessions, process] = [since('a'), pid('a')];
    expect(sessions).toHaveLength(2);
    world.file('topo.yaml', LAB.replace('networks: [10.0.0.1/32, ', 'networks: ['));
    expect(planned()).toEqual(['update names:host/a.bird', 'update process:a/@bird']);
    world.mustTopo('apply', '--yes');
    await until(world, 'two.b', 'ip route show 10.0.0.1', /^$/);
    expect([since('a'), pid('a')]).toEqual([sessions, process]);
    expect(world.mustTopo('plan')).toContain('No changes');
    world.file('topo.yaml', LAB);
    world.mustTopo('apply', '--yes');
    await converged();
    expect([since('a'), pid('a')]).toEqual([sessions, process]);
  });

  it.each([
    [4, '10.88.0.0/18', '10.88.0.0/17'],
    [6, "'fd88::/63'", "'fd88::/62'"],
  ])('announce (IPv%s) %s in place of %s, which is the same address: BIRD takes sets of them for the same', async (family, ...prefixes) => {
    const sessions = since('a');
    const both = LAB.replace(/static: .*/, `static: [${prefixes.map((to) => `{ to: ${to}, type: blackhole }`).join(', ')}]`);
    for (const [to, former] of [prefixes, [...prefixes].reverse(), prefixes] as [string, string][]) {
      world.file('topo.yaml', both.replace('10.88.0.0/16', to));
      world.mustTopo('apply', '--yes');
      const shown = (prefix: string): string => `ip -${family} route show exact ${prefix}`;
      await until(world, 'two.a', shown(to), /proto bird/);
      await until(world, 'two.a', shown(former), /^$/);
    }
    expect(since('a')).toEqual(sessions);
    world.file('topo.yaml', LAB);
    world.mustTopo('apply', '--yes');
    await until(world, 'two.a', 'ip route', /^10\.88\.0\.0\/16 via/m);
  });

  it('go on as before when the daemon refuses what it is to read: apply ends in its words, and plan has it still', () => {
    const bird = world.must('command -v bird').trim();
    // This neighbor it reads as one that it never takes.
    const checked = `sed "s/192\\.0\\.2\\.7/fe80::7/" "$3" >/run/checked.conf; exec /run/bird -p -c /run/checked.conf`;
    world.must(`cp ${bird} /run/bird`);
    world.file('bird', `#!/bin/sh\n[ "$1" = -p ] || exec /run/bird "$@"\n${checked}\n`);
    world.must(`chmod +x bird && mount --bind bird ${bird}`);
    const [sessions, process, file] = [since('a'), pid('a'), '/run/topo/names/two/a.bird/bird.conf'];
    const text = world.must(`cat ${file}`);
    world.file('topo.yaml', LAB.replace(', hold_time: 9 }]', ', hold_time: 9 }, { peer: 192.0.2.7, asn: 7, multihop: 2 }]'));
    const { status, stdout, stderr } = world.topo(['apply', '--yes']);
    expect({ status, told: `${stdout}${stderr}` }).toEqual({
      status: 1,
      told: expect.stringContaining('Link-local addresses require defined interface'),
    });
    expect([since('a'), pid('a'), world.must(`cat ${file}`)]).toEqual([sessions, process, text]);
    expect(planned()).toEqual(['update names:host/a.bird', 'update process:a/@bird']);
    world.must(`umount ${bird}`);
    world.file('topo.yaml', LAB);
    expect(world.mustTopo('plan')).toContain('No changes');
  });

  it('have routes that come back by themselves when somebody deletes them', async () => {
    world.must('ip -n two.a route del 10.0.0.2');
    expect(world.mustTopo('plan')).toContain('No changes');
    await until(world, 'two.a', 'ip route', /^10\.0\.0\.2 via/m);
  });

  it('have a configuration file whose change by hand is drift, and is put back', () => {
    const file = '/run/topo/names/two/a.bird/bird.conf';
    const text = world.must(`cat ${file}`);
    world.must(`echo '# by hand' >>${file}`);
    expect(planned()).toEqual(['update names:host/a.bird']);
    world.mustTopo('apply', '--yes');
    expect(world.must(`cat ${file}`)).toBe(text);
  });

  it('have a daemon that is started again when somebody has killed it', async () => {
    world.must('kill -9 $(ip netns pids two.a | while read p; do ! grep -qx bird /proc/$p/comm || echo $p; done); sleep 0.3');
    expect(planned()).toEqual(['update process:a/@bird']);
    expect(world.topo(['status']).stdout).toMatch(/drifted +process @bird in two\.a/);
    world.mustTopo('apply', '--yes');
    expect(world.mustTopo('plan')).toContain('No changes');
    await converged();
  });

  it('have a namespace in which the daemon is started again when it was made anew', async () => {
    world.must('ip netns delete two.b');
    world.mustTopo('apply', '--yes');
    expect(world.mustTopo('plan')).toContain('No changes');
    await converged();
  });

  it('leave no route behind when the daemon was killed and `routing` is taken out of the file', async () => {
    world.must('kill -9 $(ip netns pids two.a | while read p; do ! grep -qx bird /proc/$p/comm || echo $p; done); sleep 0.3');
    expect(world.in('two.a', 'ip route show proto bird').stdout).not.toBe('');
    world.file('topo.yaml', LAB.replace(/ {4}routing: .*\n/, '').replace(/\[\{ peer: a, hold_time: 9 \}\]/, '[]'));
    world.mustTopo('apply', '--yes');
    expect(world.in('two.a', 'ip route show proto bird; ip -6 route show proto bird').stdout).toBe('');
    expect(world.mustTopo('plan')).toContain('No changes');
    world.file('topo.yaml', LAB);
    world.mustTopo('apply', '--yes');
    await converged();
  });

  it('have no daemon, and no route of it, when `routing` is taken out of the file', async () => {
    world.file('topo.yaml', LAB.replace(/ {4}routing: .*\n/, '').replace(/ {4}routing:\n.*\n.*\n/, ''));
    world.mustTopo('apply', '--yes');
    expect(world.in('two.a', 'ip route show proto bird; ip -6 route show proto bird').stdout).toBe('');
    expect(world.sh('pgrep -x bird').stdout).toBe('');
    expect(world.must('ls /run/topo/names 2>/dev/null || :')).toBe('');
    world.file('topo.yaml', LAB);
    world.mustTopo('apply', '--yes');
    await converged();
  });

  it('leave nothing', () => {
    world.mustTopo('destroy', '--yes');
    expect(world.sh('pgrep -x bird').stdout).toBe('');
    expect(world.must('find /run/topo -name "*bird*" -o -name control')).toBe('');
    expect(world.snapshot()).toBe(before);
  });
});

it('is an error of plan where bird is not installed', () => {
  world.must('for d in /usr/sbin /usr/bin /usr/local/sbin; do [ ! -e $d/bird ] || mount --bind /dev/null $d/bird; done');
  const { status, stderr } = world.topo(['plan']);
  expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('nodes.a.routing: `routing` needs the program bird') });
  expect(stderr).toContain('topo.yaml:8:5: error');
  expect(stderr).toContain('apt-get install bird2');
  world.must('for d in /usr/sbin /usr/bin /usr/local/sbin; do umount $d/bird 2>/dev/null || :; done');
});

it('works in a sandbox', async () => {
  const topo = (...args: readonly string[]): string => world.mustTopo('--sandbox', 'bgp', ...args);
  try {
    topo('apply', '--yes');
    const command = `${process.execPath} ${process.cwd()}/dist/topo.cjs --sandbox bgp exec a -- ip route`;
    await until(world, null, `cd ${world.directory} && ${command}`, /^10\.0\.0\.2 via/m);
    expect(topo('plan')).toContain('No changes');
  } finally {
    world.topo(['sandbox', 'rm', 'bgp']);
  }
});

it('has sessions with a password, where the kernel has TCP MD5', async () => {
  world.file('topo.yaml', LAB.replaceAll('hold_time: 9', 'hold_time: 9, password: secret'));
  world.mustTopo('apply', '--yes');
  await converged();
  world.mustTopo('destroy', '--yes');
});
