/** What somebody has written into a tunnel's tables: named in a plan, and given back by a rollback as it was. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { NO_CHANGES } from '../../examples/example.js';
import { World } from '../world.js';

const lab = (nodes: string): string => `name: span
networks:
  lan: { subnet: 192.168.50.0/24, masquerade: false, isolated: false }
  net: { driver: vxlan, subnet: 10.32.0.0/16 }
hosts:
  h1: { networks: { lan: 192.168.50.11 } }
  h2: { networks: { lan: 192.168.50.12 } }
nodes:
  a: { host: h1, networks: { net: 10.32.1.1 } }
${nodes}`;
const TWO = lab('  b: { host: h2, networks: { net: 10.32.2.1 } }\n');
const FAILING = TWO.replace('10.32.2.1 }', '10.32.2.1 }, exec: ["false"]');
const ONE = lab('');

const MAC = '02:00:00:00:00:77';
const EVERYBODY = '00:00:00:00:00:00';

let world: World;
let dev: string;
beforeAll(async () => {
  world = await World.create();
  world.must('sysctl -qw net.ipv6.conf.default.accept_dad=0');
  world.mustTopo('apply', '--yes', world.file('topo.yaml', TWO));
  dev = world.must('ip -n span.h1 -br link show type vxlan').split(' ')[0]!;
}, 60_000);
afterAll(() => world.dispose());

const tables = (): string =>
  world.must(`bridge -n span.h1 fdb show dev ${dev} | grep dst | sort; ip -n span.h1 neigh show dev ${dev} nud permanent | sort`);

it('entries that somebody has added come back as they were where an apply is rolled back', () => {
  world.must(
    [
      `bridge -n span.h1 fdb add ${MAC} dev ${dev} dst 192.168.50.12 port 77 vni 7 self permanent`,
      ...['98', '99 port 9'].map((dst) => `bridge -n span.h1 fdb append ${EVERYBODY} dev ${dev} dst 192.168.50.${dst} self permanent`),
      `ip -n span.h1 neigh add 10.32.7.7 lladdr ${MAC} dev ${dev} nud permanent`,
    ].join('; '),
  );
  const before = tables();
  const { stdout } = world.topo(['apply', '--yes', '--on-error', 'rollback', world.file('failing.yaml', FAILING)]);
  expect(stdout).toContain('was rolled back: all is as it was before');
  expect(tables()).toBe(before);
  const plan = world.mustTopo('plan', world.file('topo.yaml', TWO));
  expect(plan).toContain(`      ${EVERYBODY}: [192.168.50.98, "192.168.50.99 port 9"] -> (none)\n`);
  expect(plan).toContain(`      ${MAC}: "192.168.50.12 port 77 vni 7" -> (none)\n`);
  expect(plan).toContain(`      10.32.7.7: ${MAC} -> (none)\n`);
  world.mustTopo('apply', '--yes');
  expect(world.mustTopo('plan')).toBe(NO_CHANGES);
  expect(tables()).not.toContain(MAC);
}, 60_000);

it('an entry of a table that is to have none is named by plan and status', () => {
  world.mustTopo('apply', '--yes', world.file('topo.yaml', ONE));
  expect(tables()).toBe('');
  world.must(`bridge -n span.h1 fdb append ${EVERYBODY} dev ${dev} dst 192.168.50.98 self permanent`);
  expect(world.mustTopo('plan')).toContain(`  - fdb of span.h1:${dev}\n      ${EVERYBODY}: [192.168.50.98] -> (none)\n`);
  expect(world.topo(['status']).stdout).toContain(`${EVERYBODY}: [192.168.50.98] in the kernel, (none) in the topology\n`);
  world.mustTopo('apply', '--yes');
  expect(tables()).toBe('');
}, 60_000);
