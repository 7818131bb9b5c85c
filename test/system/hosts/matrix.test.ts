/** The tables of docs/networks.md once more, with all nodes on a simulated host: the same comes of each row. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Rows, type Row } from '../traffic/rows.js';
import { ROOT, World } from '../world.js';

const page = readFileSync(join(ROOT, 'docs/networks.md'), 'utf8');
const alone = /```yaml\n(.*?)```/s.exec(page)?.[1] ?? '';
const table = [...page.matchAll(/^\| `(\w+)` +\| `(.+?)` +\| (.+?) +\|$/gm)].map(([, from = '', to = '', result = '']): Row => [
  from,
  to,
  result,
]);

const SUBNETS4 = [61, 62, 63, 64, 65].map((third) => `10.${third}.0.0/24`);
const SUBNETS6 = ['fd61::/64', 'fd64::/64'];
const routes = [...SUBNETS4.map((to) => `{ to: ${to}, via: 10.99.0.2 }`), ...SUBNETS6.map((to) => `{ to: '${to}', via: 'fd99::2' }`)];
const file = alone
  .replace(/^networks:\n/m, `networks:\n  lan: { subnet: [10.99.0.0/24, 'fd99::/64'], gateway: none }\n`)
  .replace(
    /^nodes:\n/m,
    `hosts:
  h1:
    networks: { lan: { ipv4_address: 10.99.0.2, ipv6_address: 'fd99::2' } }
    interfaces: { eth0: { addresses: [10.99.0.22/24, 'fd99::22/128', 'fe80::2/64'] } }
nodes:
  lan: { networks: { lan: { ipv4_address: 10.99.0.1, ipv6_address: 'fd99::1' } }, routes: [${routes.join(', ')}] }
`,
  )
  .replace(/^ {2}(?!h1)(\w\d): \{/gm, '  $1: { host: h1,')
  .replace(/^ {2}(?!h1)(\w\d):\n/gm, '  $1:\n    host: h1\n');

const SERVERS: readonly (readonly [node: string, where: string])[] = [
  ['a1', '80,81,9000,9001,9002,udp:53'],
  ['a2', '80,81'],
  ['b1', '80,81'],
  ['i1', '80,81'],
  ['i2', '80,81'],
  ['o1', '80,81'],
  ['lan', '80,81,udp:53'],
];
const netnsOf = (name: string): string => `matrix.${name === 'host' ? 'h1' : name}`;

describe('the tables of docs/networks.md on a simulated host', () => {
  let world: World;
  const rows = new Rows(table, netnsOf);

  beforeAll(async () => {
    world = await World.create();
    world.must('sysctl -qw net.ipv6.conf.default.accept_dad=0');
    world.file('topo.yaml', file);
    world.mustTopo('apply', '--yes');
    // Of several addresses that fit, the kernel takes the one that was added last, if it is not to be avoided.
    world.must('ip -n matrix.h1 -6 addr change fd99::22/128 dev eth0 preferred_lft 0');
    await Promise.all(SERVERS.map(([node, where]) => world.serve(netnsOf(node), where, node)));
    await rows.run(world);
  });
  afterAll(() => world.dispose());

  it('are the same lab', () => {
    expect(file.match(/host: h1/g)).toHaveLength(8);
    expect(table.length).toBeGreaterThan(60);
  });

  rows.test();
});
