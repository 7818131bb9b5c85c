/** docs/routing.md: its lab is applied, its commands are run, and its tables have every key there is. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { routingSchema } from '../../../src/kinds/routing.schema.js';
import type { JsonSchema } from '../../../src/model/json-schema.js';
import { ROOT, TOPO, World } from '../world.js';

const page = readFileSync(join(ROOT, 'docs/routing.md'), 'utf8');
const lab = /```yaml\n([^]*?)```/.exec(page)?.[1] ?? '';
const commands = [...page.matchAll(/```sh\n([^]*?)```/g)].map(([, block = '']) => block).join('');

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world.dispose());

describe('docs/routing.md', () => {
  it('has a lab and commands that work, and leave nothing', () => {
    const before = world.snapshot();
    world.file('topo.yaml', lab);
    world.file('topo', `#!/bin/sh\nexec ${process.execPath} ${TOPO} "$@"\n`);
    world.file('commands', `set -ex\n${commands}`);
    const { status, stdout, stderr } = world.sh('chmod +x topo && PATH=$PWD:$PATH && timeout 60 bash commands');
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.not.stringContaining('error:') });
    expect(stdout).toMatch(/bgp {2}r2 {2}10\.1\.0\.2 {2}AS 65002 {2}Established/);
    expect(stdout).toMatch(/ospf {2}10\.0\.0\.3 {2}10\.2\.0\.2 +dev eth2 {2}Full/);
    expect(stdout).toMatch(/BIRD 2/);
    expect(world.snapshot()).toBe(before);
  });

  it('can be made by hand, changed and undone: by the scripts of plan --format shell', () => {
    world.file('topo.yaml', lab);
    world.must(`sh ${world.file('build', world.mustTopo('plan', '--format', 'shell', '--show-sensitive'))}`);
    expect(world.mustTopo('plan')).toContain('No changes.');
    const pids = world.must('cat /run/topo/run/edge/r*/@bird/pid');
    world.file('topo.yaml', lab.replace('networks: [10.0.0.1/32, ', 'networks: ['));
    world.must(`sh ${world.file('change', world.mustTopo('plan', '--format', 'shell', '--show-sensitive'))}`);
    expect(world.mustTopo('plan')).toContain('No changes.');
    expect(world.must('cat /run/topo/run/edge/r*/@bird/pid')).toBe(pids);
    world.file('topo.yaml', lab.replace(/^ {4}routing:\n(?: {6}.*\n)+/gm, '').replace(/^ {4}routing: .*\n/gm, ''));
    world.must(`sh ${world.file('undo', world.mustTopo('plan', '--format', 'shell', '--show-sensitive'))}`);
    expect(world.mustTopo('plan')).toContain('No changes.');
    expect(world.sh('pgrep -x bird').stdout).toBe('');
    world.mustTopo('destroy', '--yes');
  });

  it('names every key and every source of routes', () => {
    const { bgp, ospf } = routingSchema.properties as { readonly [key: string]: JsonSchema };
    const area = ospf!.properties!['areas']!.additionalProperties as JsonSchema;
    const keys = [
      ...Object.keys(routingSchema.properties ?? {}),
      ...Object.keys(bgp!.properties!['neighbors']!.items!.properties ?? {}),
      ...Object.keys((area.additionalProperties as JsonSchema).properties ?? {}),
      ...bgp!.properties!['redistribute']!.items!.enum!,
    ];
    expect(keys.filter((key) => !new RegExp(`\\b${key}\\b`).test(page))).toEqual([]);
  });
});
