/** What a refusal of the kernel leads to: `--on-error rollback`, `stop`, `continue` (GUARANTEES.md, G9). */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { World } from '../world.js';
import { settled } from './machine.js';
import { type PlanDocument, type PlannedAction, planOf } from './program.js';
import { comparable, expectSame } from './rollback.js';

let world: World;
let baseline: string;

beforeEach(async () => {
  world = await World.create();
  baseline = world.snapshot();
});
afterEach(() => world.dispose());

const TWO = `name: two
networks: { lan: { subnet: 10.81.0.0/24 } }
nodes:
  a: { networks: [lan], routes: [{ to: 10.9.0.0/16, via: 10.81.0.1 }] }
  b: { networks: [lan] }
`;

/** The number of the first operation that makes the object. */
const operationOf = (file: string, id: string): number => operationIn(planOf(world, file), id);

function operationIn({ actions }: PlanDocument, id: string): number {
  let number = 0;
  for (const { id: one, operations } of actions) {
    if (one === id) return number + 1;
    number += operations.length;
  }
  throw new Error(`nothing is done to ${id}`);
}

/** A destroy as events; the plan is the first of them. */
function destroyed(
  file: string,
  ...more: readonly [string, string, number] | readonly []
): { readonly status: number; readonly plan: PlanDocument } {
  const [option, value, refuse = 0] = more;
  const words = option === undefined ? [] : [option, value!];
  const { status, stdout } = world.topo(['destroy', '--yes', '--json', ...words, file], { TOPO_TEST_REFUSE: String(refuse) });
  return { status, plan: JSON.parse(stdout.split('\n')[0] ?? '') as PlanDocument };
}

function refused(file: string, id: string, onError: string): { readonly status: number; readonly stdout: string; readonly stderr: string } {
  return world.topo(['apply', '--yes', '--on-error', onError, file], { TOPO_TEST_REFUSE: String(operationOf(file, id)) });
}

const idsOf = (file: string): readonly string[] => planOf(world, file).actions.map(({ id }) => id);

test('continue: all else is done, what stands on the refused one is named, and the rest is what the next apply does', () => {
  const file = world.file('topo.yaml', TWO);
  const { status, stdout, stderr } = refused(file, 'veth:two.a/eth0', 'continue');
  expect(status).toBe(1);
  expect(stderr).toContain('error[EIO]: veth two.a:eth0');
  expect(stderr).toMatch(/skipped: address .* on two\.a:eth0 \(it needs veth two\.a:eth0/);
  expect(stderr).toMatch(/skipped: route 10\.9\.0\.0\/16 .* in two\.a \(it needs /);
  expect(stdout).toMatch(/Apply failed\. Resources: \d+ added, 1 changed, 0 destroyed, \d+ not done\./);
  // The other node works, and nothing but the first one's interface is missing.
  expect(world.in('two.b', 'ip -br addr show eth0').stdout).toContain('10.81.0.');
  const left = idsOf(file);
  expect(left.filter((id) => !id.includes('two.a'))).toEqual([]);
  expect(left).toContain('veth:two.a/eth0');
  world.mustTopo('apply', '--yes', file);
  expect(idsOf(file)).toEqual([]);
  world.mustTopo('destroy', '--yes', file);
  expect(world.snapshot()).toBe(baseline);
});

/** Those that are done by something, from the one of that id on. */
function fromOn({ actions }: PlanDocument, id: string): readonly PlannedAction[] {
  const start = actions.findIndex((one) => one.id === id);
  expect(start).toBeGreaterThan(0);
  return actions.slice(start).filter(({ operations }) => operations.length > 0);
}

const namesOf = (actions: readonly PlannedAction[]): readonly string[] => actions.map(({ id }) => id);

test.each([
  ['netns:two.a', ['loopback:two.a/lo', 'netns:two.a']],
  ['nftables:host/topo_two', ['nftables:host/topo_two']],
])('continue: of a destroy everything goes but %s, and what is in it', (id, left) => {
  const file = world.file('topo.yaml', TWO);
  world.mustTopo('apply', '--yes', file);
  const { plan } = destroyed(file);
  world.mustTopo('apply', '--yes', file);
  expect(destroyed(file, '--on-error', 'continue', operationIn(plan, id)).status).toBe(1);
  const { status, plan: rest } = destroyed(file);
  expect(status).toBe(0);
  expect(namesOf(rest.actions)).toEqual(left);
  expect(world.snapshot()).toBe(baseline);
});

test('stop: what was done stays, nothing behind it is begun, and the next apply goes on', () => {
  const file = world.file('topo.yaml', TWO);
  const plan = planOf(world, file);
  const { status, stdout } = refused(file, 'veth:two.a/eth0', 'stop');
  expect(status).toBe(1);
  expect(stdout).toContain('Apply failed.');
  // What is done to an object behind all actions is not done either.
  const half = plan.actions.filter(({ finish }) => finish.length > 0);
  expect(idsOf(file)).toEqual(namesOf([...half, ...fromOn(plan, 'veth:two.a/eth0')]));
  expect(world.must('ls /run/netns')).toBe('two.a\ntwo.b\n');
  expect(world.must('ip -n two.b -j link; ip -n two.a -j link')).not.toContain('eth0');
  world.mustTopo('apply', '--yes', file);
  expect(idsOf(file)).toEqual([]);
});

test('stop: of processes and commands too, one after the other', () => {
  const file = world.file(
    'topo.yaml',
    "name: two\nnodes: { a: { run: [{ name: one, command: 'sleep 100031' }, { name: no, command: 'no-such' }, { name: two, command: 'sleep 100032' }], exec: ['touch /run/behind'] } }\n",
  );
  const { status, stderr } = world.topo(['apply', '--yes', '--on-error', 'stop', file]);
  expect(status).toBe(1);
  expect(stderr).toContain('error[ECHILD]: process no in two.a');
  expect(world.must('pgrep -fa "^sleep 10003" | cut -d" " -f2-; ls /run')).toMatch(/^sleep 100031\n(?!.*(sleep|behind))/s);
  world.mustTopo('destroy', '--yes', file);
  expect(world.snapshot()).toBe(baseline);
});

test.each(['netns:two.a', 'nftables:host/topo_two', 'veth:two.b/eth0'])('stop: of a destroy nothing goes from %s on', (id) => {
  const file = world.file('topo.yaml', TWO);
  world.mustTopo('apply', '--yes', file);
  const { plan } = destroyed(file);
  world.mustTopo('apply', '--yes', file);
  expect(destroyed(file, '--on-error', 'stop', operationIn(plan, id)).status).toBe(1);
  const { status, plan: rest } = destroyed(file);
  expect(status).toBe(0);
  expect(namesOf(rest.actions.filter(({ operations }) => operations.length > 0))).toEqual(namesOf(fromOn(plan, id)));
  expect(world.snapshot()).toBe(baseline);
});

test('rollback is what happens if nothing else is said; as events, and of a saved plan too', () => {
  const file = world.file('topo.yaml', TWO);
  const environment = { TOPO_TEST_REFUSE: String(operationOf(file, 'veth:two.a/eth0')) };
  world.mustTopo('plan', '--out', 'saved.json', file);
  for (const what of [file, 'saved.json']) {
    const { status, stdout } = world.topo(['apply', '--yes', '--json', what], environment);
    expect(status).toBe(1);
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; phase?: string; ok?: boolean; outcome?: string });
    expect(events.filter(({ type }) => type === 'plan').map(({ phase }) => phase)).toEqual(['apply', 'rollback']);
    expect(events.at(-1)).toMatchObject({ type: 'summary', outcome: 'rolled-back', added: 0, changed: 0, destroyed: 0 });
    expect(events).toContainEqual({ type: 'verify', ok: true, differences: [] });
    // That the plan was used up stays known.
    world.must('rm -rf /run/topo/used-plans');
    expect(world.snapshot()).toBe(baseline);
  }
});

test('a refusal within the rollback is told and tried again; one that stays is told, and the next apply arrives', () => {
  const file = world.file('topo.yaml', TWO);
  const first = operationOf(file, 'veth:two.b/eth0');
  // Those of one batch have all been tried when the rollback begins.
  const tried = planOf(world, file).actions.flatMap(({ operations }) => operations).length;
  const later = (from: number, count: number): string => Array.from({ length: count }, (_, i) => from + i).join(',');
  const once = world.topo(['apply', '--yes', file], { TOPO_TEST_REFUSE: `${first},${later(tried + 1, 2)}` });
  expect(once.status).toBe(1);
  expect(once.stderr).toContain(`refused for a test, operation ${tried + 1}`);
  expect(once.stdout).toContain('was rolled back');
  expect(world.snapshot()).toBe(baseline);
  const forEver = world.topo(['apply', '--yes', file], { TOPO_TEST_REFUSE: `${first},${later(tried + 1, 1000)}` });
  expect(forEver.status).toBe(1);
  expect(forEver.stdout).toContain('Apply failed.');
  expect(forEver.stderr).toContain('The kernel was read again, and differs:');
  world.mustTopo('apply', '--yes', file);
  expect(idsOf(file)).toEqual([]);
});

const HOSTED = `name: drifted
networks: { lan: { subnet: 10.82.0.0/24 } }
nodes:
  a: { networks: [lan], ports: ['8080:80'] }
  b: { networks: [lan] }
`;

/** What somebody has changed by hand since the last apply. */
const DRIFT = `
nft add set inet topo_drifted hand '{ type ipv4_addr; flags interval; comment "mine"; }'
nft add element inet topo_drifted hand '{ 192.0.2.0/25, 198.51.100.7 }'
nft add counter inet topo_drifted seen
nft add chain inet topo_drifted mine '{ type filter hook forward priority 5; policy accept; comment "by hand"; }'
nft add rule inet topo_drifted mine ip saddr @hand counter packets 7 bytes 700 limit rate 5/second burst 9 packets log prefix '"x "' drop comment '"hand made"'
nft add rule inet topo_drifted mine tcp dport '{ 22, 80-90 }' ct state vmap '{ established : accept, new : drop }'
nft add rule inet topo_drifted mine ip daddr @hand counter name seen meta mark set 0x7 return
ip -n drifted.a link set eth0 mtu 1400
ip -n drifted.a addr add 192.0.2.9/24 dev eth0
ip -n drifted.b route add 203.0.113.0/24 via 10.82.0.1 proto static
ip netns exec drifted.b sysctl -qw net.ipv4.conf.eth0.rp_filter=2 net.ipv6.conf.eth0.accept_ra=0
ip -n drifted.b neigh add 10.82.0.99 lladdr 02:00:00:00:00:99 dev eth0 nud permanent
`;

test('what somebody changed by hand is a part of what was before: it comes back, rules to the byte', async () => {
  const file = world.file('topo.yaml', HOSTED);
  world.mustTopo('apply', '--yes', file);
  world.must(DRIFT);
  await settled(world);
  const before = await comparable(world);
  const last = world.topo(['destroy', '--yes', '--json', file], { TOPO_TEST_REFUSE: '1000' });
  const operations = last.stdout.split('\n')[0] ?? '';
  expect(last.status).toBe(0);
  const count = (JSON.parse(operations) as { actions: { operations: unknown[] }[] }).actions.flatMap((one) => one.operations).length;
  world.mustTopo('apply', '--yes', file);
  world.must(DRIFT);
  await expectSame(world, before, 'the same again');
  for (const k of [2, count]) {
    const { stdout, stderr } = world.topo(['destroy', '--yes', file], { TOPO_TEST_REFUSE: String(k) });
    if (!stdout.includes('was rolled back')) throw new Error(stdout + stderr);
    await expectSame(world, before, `operation ${k} of the destroy was refused`);
  }
  // The same of a change that takes the drift away.
  const changed = world.file('changed.yaml', HOSTED.replace('8080:80', '8081:80'));
  const plan = planOf(world, changed);
  const all = plan.actions.flatMap(({ operations, finish }) => [...operations, ...finish]).length;
  const { stdout } = world.topo(['apply', '--yes', changed], { TOPO_TEST_REFUSE: String(all) });
  expect(stdout).toContain('was rolled back');
  await expectSame(world, before, 'the last operation of the change was refused');
}, 120_000);

const REFUSED = `name: told
networks: { lan: { subnet: 10.81.0.0/24 } }
nodes:
  a:
    networks: [lan]
    sysctls:
      net.ipv4.ip_default_ttl: 300
  b: { networks: [lan] }
`;

test('what is printed of a rollback: the refusal in the kernel’s words with its line, what was done, and what was undone', () => {
  world.mustTopo(
    'apply',
    '--yes',
    world.file('topo.yaml', 'name: told\nnetworks: { lan: { subnet: 10.81.0.0/24 } }\nnodes: { a: { networks: [lan] } }\n'),
  );
  world.file('topo.yaml', REFUSED);
  const { status, stdout, stderr } = world.topo(['apply', '--yes']);
  expect(status).toBe(1);
  expect(stdout.trimEnd().split('\n').at(-1)).toBe('Apply failed and was rolled back: all is as it was before.');
  // Of the setting its former value had been remembered before the kernel refused the new one.
  expect(stderr).toBe(`  ~ names lan
  + netns told.b (node b)
error[EINVAL]: sysctl net.ipv4.ip_default_ttl in told.a: the setting does not take that value
  --> topo.yaml:7:7
  + veth told.b:eth0 <-> host:vt0e3a9307be
  + loopback told.b:lo
  + route default via 10.81.0.1 dev eth0 in told.b
Rolling back: 7 actions.
  - route default via 10.81.0.1 dev eth0 in told.b
  - address 10.81.0.50/24 on told.b:eth0
  - loopback told.b:lo
  - veth told.b:eth0 <-> host:vt0e3a9307be
  - netns told.b (node b)
  ~ names lan
  ~ sysctl net.ipv4.ip_default_ttl in told.a
`);
});
