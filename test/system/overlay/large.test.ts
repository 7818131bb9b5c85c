/** Many hosts in two racks with many nodes each: what one node more is, and that all of it is made, seen and gone. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { NO_CHANGES } from '../../examples/example.js';
import { LONG } from '../../thoroughness.js';
import { World } from '../world.js';

const [HOSTS, NODES] = LONG ? [20, 20] : [12, 6];
const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i + 1);
const rackOf = (host: number): number => (host <= HOSTS / 2 ? 1 : 2);

const lab = (more = ''): string =>
  [
    'name: large',
    'networks:',
    '  rack1: { subnet: 10.1.0.0/24, gateway: core }',
    '  rack2: { subnet: 10.2.0.0/24, gateway: core }',
    '  net: { driver: vxlan, subnet: 10.32.0.0/16, underlay: [rack1, rack2] }',
    'hosts:',
    ...numbers(HOSTS).map((host) => `  h${host}: { networks: { rack${rackOf(host)}: 10.${rackOf(host)}.0.${host + 10} } }`),
    'nodes:',
    '  core: { forwarding: true, networks: { rack1: 10.1.0.254, rack2: 10.2.0.254 } }',
    ...numbers(HOSTS).flatMap((host) =>
      numbers(NODES).map((node) => `  n${host}-${node}: { host: h${host}, networks: { net: 10.32.${host}.${node} } }`),
    ),
    more,
  ].join('\n');

let world: World;
let before: string;
beforeAll(async () => {
  world = await World.create();
  world.must('sysctl -qw net.ipv6.conf.default.accept_dad=0');
  before = world.snapshot();
  world.file('topo.yaml', lab());
  world.mustTopo('apply', '--yes');
}, 120_000);
afterAll(() => world.dispose());

it('is in sync, and within a rack and from one to the other nodes reach each other', () => {
  for (let i = 0; i < 2; i += 1) expect(world.mustTopo('plan')).toBe(NO_CHANGES);
  expect(world.mustTopo('status')).toMatch(/large: in sync\. Objects: \d+ ok, 0 drifted, 0 missing, 0 unexpected\./);
  for (const to of [2, HOSTS]) expect(world.in('large.n1-1', `ping -c 1 -W 5 10.32.${to}.${NODES}`).status).toBe(0);
});

it('gets a node more: its own five objects, its name, and an entry in two tables on each other host', () => {
  world.file('topo.yaml', lab('  extra: { host: h1, networks: { net: 10.32.99.1 } }\n'));
  const { actions } = JSON.parse(world.mustTopo('plan', '--json')) as { actions: { id: string; action: string; fields: unknown[] }[] };
  const others = numbers(HOSTS).slice(1);
  const tables = actions.filter(({ id }) => /^(fdb|neighbours):/.test(id));
  expect(tables.every(({ fields }) => fields.length === 1)).toBe(true);
  expect(actions.map(({ id, action }) => `${action} ${id.replace(/\/vx-\w+$/, '')}`).sort()).toEqual(
    [
      ...['netns:large.extra', 'veth:large.extra/eth0', 'loopback:large.extra/lo'],
      ...['address:large.extra/eth0/10.32.99.1/16', 'route:large.extra/0.0.0.0/0'],
    ]
      .map((id) => `create ${id}`)
      .concat('update names:host/net', ...others.flatMap((host) => [`update fdb:large.h${host}`, `update neighbours:large.h${host}`]))
      .sort(),
  );
  world.mustTopo('apply', '--yes');
  expect(world.mustTopo('plan')).toBe(NO_CHANGES);
  expect(world.in(`large.n${HOSTS}-1`, 'ping -c 1 -W 5 10.32.99.1').status).toBe(0);
}, 60_000);

it('leaves nothing', () => {
  world.mustTopo('destroy', '--yes');
  expect(world.snapshot()).toBe(before);
}, 60_000);
