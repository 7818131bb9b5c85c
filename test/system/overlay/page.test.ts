/** docs/overlay.md: its lab is applied, each row of its tables is tried, and so are its commands. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { placesOf, Rows, type Row } from '../traffic/rows.js';
import { ROOT, World } from '../world.js';

const page = readFileSync(join(ROOT, 'docs/overlay.md'), 'utf8');
const file = /```yaml\n(.*?)```/s.exec(page)?.[1] ?? '';
const commands = /```sh\n(.*?)```/s.exec(page)?.[1] ?? '';
const table = [...page.matchAll(/^\| `(\w+)` +\| `(.+?)` +\| (.+?) +\|$/gm)].map(([, from = '', to = '', result = '']): Row => [
  from,
  to,
  result,
]);
const SERVERS = ['peer', 'a1', 'a2', 'a3', 'b1', 'b2', 's1', 's2', 's3', 'only', 'local'];

let world: World;
const places = placesOf('overlays');
const rows = new Rows(table, places);

beforeAll(async () => {
  world = await World.create();
  world.outside();
  world.file('topo.yaml', file);
  world.mustTopo('apply', '--yes');
  await Promise.all(SERVERS.map((node) => world.serve(places(node), 80, node)));
  await rows.run(world);
}, 120_000);
afterAll(() => world.dispose());

describe('the tables of docs/overlay.md', () => {
  it('are read row by row', () => {
    const lines = page.split('\n').filter((line) => line.startsWith('| `') && !/^\| `(underlay|vni|port|mtu)`/.test(line));
    expect(table).toHaveLength(lines.length);
  });

  rows.test();
});

describe('the lab of docs/overlay.md', () => {
  it('leaves nothing for a plan to do', () => {
    expect(world.mustTopo('plan', '--detailed-exitcode')).toContain('No changes');
  });

  it.each(commands.trim().split('\n'))('%s', (command) => {
    const { status, stdout } = world.topo(command.split(' ').slice(1));
    expect(status).toBe(0);
    expect(stdout).not.toBe('');
  });
});
