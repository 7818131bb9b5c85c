/** docs/hosts.md: its lab is applied, and each row of its tables is tried. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { placesOf, Rows, type Row } from '../traffic/rows.js';
import { ROOT, World } from '../world.js';

const page = readFileSync(join(ROOT, 'docs/hosts.md'), 'utf8');
const file = /```yaml\n(.*?)```/s.exec(page)?.[1] ?? '';
const table = [...page.matchAll(/^\| `(\w+)` +\| `(.+?)` +\| (.+?) +\|$/gm)].map(([, from = '', to = '', result = '']): Row => [
  from,
  to,
  result,
]);
const places = placesOf('racks');
// It lives in another's namespace, and `ip netns` knows only that.
const netnsOf = (name: string): string | null => places(name === 'agent' ? 'h1' : name);

const SERVERS: readonly (readonly [node: string, where: string])[] = [
  ['a1', '80,81,udp:53'],
  ...['a2', 'i1', 'o1', 'b1', 'b2', 'c1', 'peer', 'lan'].map((node) => [node, '80,81'] as const),
];

let world: World;
const rows = new Rows(table, netnsOf);

beforeAll(async () => {
  world = await World.create();
  world.outside();
  world.file('topo.yaml', file);
  world.mustTopo('apply', '--yes');
  await Promise.all(SERVERS.map(([node, where]) => world.serve(netnsOf(node), where, node)));
  await rows.run(world);
}, 60_000);
afterAll(() => world.dispose());

describe('the tables of docs/hosts.md', () => {
  it('are read row by row', () => {
    const lines = page.split('\n').filter((line) => line.startsWith('|') && !/^\| (from|-)/.test(line));
    expect(table).toHaveLength(lines.length);
  });

  rows.test();
});

describe('the lab of docs/hosts.md', () => {
  it('leaves nothing for a plan to do', () => {
    expect(world.mustTopo('plan', '--detailed-exitcode')).toContain('No changes');
  });
});
