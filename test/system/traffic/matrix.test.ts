/** docs/networks.md: its lab is applied, and each row of its tables is tried. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, World } from '../world.js';
import { placesOf, Rows, type Row } from './rows.js';

const page = readFileSync(join(ROOT, 'docs/networks.md'), 'utf8');
const file = /```yaml\n(.*?)```/s.exec(page)?.[1] ?? '';
const table = [...page.matchAll(/^\| `(\w+)` +\| `(.+?)` +\| (.+?) +\|$/gm)].map(([, from = '', to = '', result = '']): Row => [
  from,
  to,
  result,
]);
const netnsOf = placesOf('matrix');

const SERVERS: readonly (readonly [node: string, where: string])[] = [
  ['a1', '80,81,9000,9001,9002,udp:53'],
  ['a2', '80,81'],
  ['b1', '80,81'],
  ['i1', '80,81'],
  ['i2', '80,81'],
  ['o1', '80,81'],
  ['lan', '80,81,udp:53'],
];

const SUBNETS = [61, 62, 63, 64, 65].map((third) => `10.${third}.0.0/24`);

async function machine(bridgeNetfilter: number | null): Promise<World> {
  const world = await World.create();
  world.outside();
  world.must(
    'ip addr add 10.99.0.22/24 dev lan0 && ip addr add fd99::22/128 dev lan0 nodad preferred_lft 0 && ip addr add fe80::2/64 dev lan0 nodad',
  );
  for (const subnet of SUBNETS) world.must(`ip -n outside route add ${subnet} via 10.99.0.2`);
  for (const subnet of ['fd61::/64', 'fd64::/64']) world.must(`ip -n outside route add ${subnet} via fd99::2`);
  if (bridgeNetfilter !== null)
    world.must(`sysctl -w net.bridge.bridge-nf-call-iptables=${bridgeNetfilter} net.bridge.bridge-nf-call-ip6tables=${bridgeNetfilter}`);
  world.file('topo.yaml', file);
  world.mustTopo('apply', '--yes');
  await Promise.all(SERVERS.map(([node, where]) => world.serve(netnsOf(node), where, node)));
  return world;
}

/** Traffic between ports of one bridge passes the host's rules with br_netfilter, and does not without: the same must come of it. */
const settings = existsSync('/proc/sys/net/bridge') ? [0, 1] : [null];
if (settings[0] === null) it.skip('with br_netfilter, which this kernel lacks', () => undefined);

describe.each(settings)('the tables of docs/networks.md, bridge-nf-call-iptables %s', (bridgeNetfilter) => {
  let world: World;
  const rows = new Rows(table, netnsOf);

  beforeAll(async () => {
    world = await machine(bridgeNetfilter);
    await rows.run(world);
  });
  afterAll(() => world.dispose());

  it('reads every row', () => {
    const lines = page.split('\n').filter((line) => line.startsWith('|') && !/^\| (from|-)/.test(line));
    expect(table).toHaveLength(lines.length);
  });

  rows.test();

  it('leaves nothing for a plan to do', () => {
    expect(world.mustTopo('plan', '--detailed-exitcode')).toContain('No changes');
  });
});
