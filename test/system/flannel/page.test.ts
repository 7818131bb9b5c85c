/** docs/flannel.md: its lab is applied, each row of its tables is tried, and the wire is listened to. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DockerDocument } from '../../../src/report/docker.js';
import { placesOf, Rows, type Row } from '../traffic/rows.js';
import { ROOT, World } from '../world.js';
import { listen } from './wire.js';

const page = readFileSync(join(ROOT, 'docs/flannel.md'), 'utf8');
const file = /```yaml\n(.*?)```/s.exec(page)?.[1] ?? '';
const [, tables = ''] = page.split('## Between nodes');
const table = [...tables.matchAll(/^\| `(\w+)` +\| `(.+?)` +\| (.+?) +\|$/gm)].map(([, from = '', to = '', result = '']): Row => [
  from,
  to,
  result,
]);
const places = placesOf('cluster');

let world: World;
const rows = new Rows(table, places);

beforeAll(async () => {
  world = await World.create();
  world.file('topo.yaml', file);
  world.mustTopo('apply', '--yes');
  await Promise.all(['a1', 'a2', 'b1', 'b2', 'c1', 'o1', 'peer'].map((node) => world.serve(places(node), '80,81', node)));
  await rows.run(world);
}, 60_000);
afterAll(() => world.dispose());

describe('the tables of docs/flannel.md', () => {
  it('are read row by row', () => {
    const lines = tables.split('\n').filter((line) => line.startsWith('|') && !/^\| (from|-)/.test(line));
    expect(table).toHaveLength(lines.length);
  });

  rows.test();
});

describe('the lab of docs/flannel.md', () => {
  it('is told in Docker’s words with its driver', () => {
    const { networks } = JSON.parse(world.mustTopo('show', '--docker', '--json')) as DockerDocument;
    expect(networks.filter(({ driver }) => driver === 'flannel')).toMatchObject(
      [1, 2, 3].map((i) => ({ name: 'pods', host: `h${i}`, subnets: [`10.244.${i}.0/24`], gateways: [`10.244.${i}.1`] })),
    );
  });

  it('has a route and two entries for a host of the other rack, and a route for a host of its own', () => {
    const mac = world.must('ip -j -n cluster.h3 link show flannel.1 | grep -o "\\"address\\":\\"[^\\"]*" | cut -d \\" -f 4').trim();
    const lines = (command: string): readonly string[] =>
      world
        .must(command)
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '');
    expect(lines('ip -n cluster.h1 route show root 10.244.0.0/16 proto 84')).toEqual([
      '10.244.2.0/24 via 192.168.51.12 dev eth0 src 10.244.1.1',
      '10.244.3.0/24 via 10.244.3.0 dev flannel.1 onlink',
    ]);
    expect(lines('ip -n cluster.h1 neigh show nud permanent')).toEqual([`10.244.3.0 dev flannel.1 lladdr ${mac} PERMANENT`]);
    expect(lines('bridge -n cluster.h1 fdb show dev flannel.1')).toEqual([`${mac} dst 192.168.52.13 self permanent`]);
    expect(lines('ip -n cluster.h1 -4 -br addr show flannel.1')[0]).toMatch(/ 10\.244\.1\.0\/32$/);
    const link = world.must('ip -d -n cluster.h1 link show flannel.1');
    expect(link).toMatch(/ mtu 1450 /);
    expect(link).toMatch(/vxlan id 1 local 192\.168\.51\.11 dev eth0 .*dstport 8472 nolearning /);
    expect(link).not.toMatch(/master/);
  });

  it('carries packets between hosts of one rack as they are, and in VXLAN from rack to rack', async () => {
    const [plain, wrapped] = await Promise.all([listen(world, 'cluster.h2', 'eth0'), listen(world, 'cluster.h3', 'eth0')]);
    world.must('ip netns exec cluster.a1 ping -c 1 -W 2 10.244.2.10 && ip netns exec cluster.a1 ping -c 1 -W 2 10.244.3.10');
    expect(await plain.heard(/10\.244\.1\.10 > 10\.244\.2\.10: ICMP echo request/)).not.toMatch(/8472/);
    expect(await wrapped.heard(/10\.244\.1\.10 > 10\.244\.3\.10: ICMP echo request/)).toMatch(
      /192\.168\.51\.11\.\d+ > 192\.168\.52\.13\.8472: .*instance 1\n.*10\.244\.1\.10 > 10\.244\.3\.10/,
    );
  });

  it('leaves nothing for a plan to do', () => {
    expect(world.mustTopo('plan', '--detailed-exitcode')).toContain('No changes');
  });
});
