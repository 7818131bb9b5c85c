/** docs/groups.md: its lab is applied, and what its commands print is what stands below them. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, TOPO, World } from '../world.js';

const page = readFileSync(join(ROOT, 'docs/groups.md'), 'utf8');
const [file = '', commands = ''] = ['yaml', 'sh'].map((language) => new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(page)?.[1] ?? '');
const printed = [...commands.matchAll(/^# (.*)$/gm)].map(([, line = '']) => line);

let world: World;
beforeAll(async () => {
  world = await World.create();
  world.file('topo', `#!/bin/sh\nexec ${process.execPath} ${TOPO} "$@"\n`);
  world.file('topo.yaml', file);
  world.file('commands', `set -e\n${commands}`);
  world.must('chmod +x topo');
});
afterAll(() => world.dispose());

it('works as it stands: node > group > defaults, in the kernel', () => {
  const before = world.snapshot();
  const { status, stdout, stderr } = world.sh('PATH=$PWD:$PATH bash commands');
  expect({ status, stderr }).toEqual({ status: 0, stderr: expect.not.stringContaining('error:') });
  expect(printed.length).toBeGreaterThan(0);
  expect(stdout).toContain(`\n${printed.join('\n')}\n`);
  expect(world.snapshot()).toBe(before);
});

it('what leaves a group goes back, and what a group says points at the group', () => {
  world.mustTopo('apply', '--yes');
  world.file('topo.yaml', file.replace('{ group: routers }', '{}'));
  const { stdout } = world.topo(['plan']);
  expect(stdout).toMatch(/sysctl net\.ipv4\.ip_default_ttl .*\n +value: 255 -> 64\n/);
  world.mustTopo('apply', '--yes');
  expect(world.in('fabric.r1', 'sysctl -n net.ipv4.ip_forward net.ipv4.ip_default_ttl').stdout).toBe('0\n64\n');
  world.file('topo.yaml', file.replace('forwarding: true', 'forwarding: yes'));
  expect(world.topo(['plan']).stderr).toContain('topo.yaml:8:17: error: "forwarding"');
  world.file('topo.yaml', file);
  world.mustTopo('destroy', '--yes');
});
