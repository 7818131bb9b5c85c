/** What an apply has started and what ends before the apply does is as one that ends at once (GUARANTEES.md, G9). */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { World } from '../world.js';
import type { Picture } from './machine.js';
import { comparable, expectSame } from './rollback.js';

let world: World;
let before: Picture;
let file: string;

const ALONE = `name: soon
nodes:
  a: { run: [{ name: frail, command: [sh, -c, 'echo no luck; until [ -e /run/end ]; do sleep 0.01; done; exit 3'] }] }
`;
/** It goes on until the other node's command lets it end, which is behind all changes, and waits for that. */
const LAB = `${ALONE}  b: { exec: ['timeout 20 sh /run/ending'] }\n`;

/** Commands see processes of their own only, but for this. */
const ENDING = `read -r pid start </run/topo/run/soon/a/frail/pid
until grep -q luck /run/topo/run/soon/a/frail/log; do sleep 0.01; done
touch /run/end
while [ -e /run/proc/$pid ] && ! grep -q ') Z' /run/proc/$pid/stat; do sleep 0.01; done
`;

beforeEach(async () => {
  world = await World.create();
  world.must(`mkdir /run/proc && mount -t proc proc /run/proc && cat >/run/ending <<'END'\n${ENDING}END`);
  before = await comparable(world);
  file = world.file('topo.yaml', LAB);
});
afterEach(() => world.dispose());

test('a command that ends while others are run: it is told with its last words and its line, and all is undone', async () => {
  const { status, stdout, stderr } = world.topo(['apply', '--yes', file]);
  expect(stderr).toMatch(
    /error\[ECHILD\]: process frail in soon\.a: it ended soon afterwards with status 3: no luck\n {2}--> .*topo\.yaml:3:/,
  );
  expect({ status, stdout }).toMatchObject({ status: 1, stdout: expect.stringContaining('was rolled back: all is as it was before') });
  await expectSame(world, before, 'it ended soon');
}, 60_000);

test.each(['stop', 'continue'])('with --on-error %s the rest stays', (onError) => {
  const { status, stdout, stderr } = world.topo(['apply', '--yes', '--on-error', onError, file]);
  expect({ status, stdout }).toMatchObject({ status: 1, stdout: expect.stringContaining('Apply failed. Resources: 5 added') });
  expect(stderr).toContain('it ended soon afterwards with status 3');
  expect(world.must('ls /run/netns')).toBe('soon.a\nsoon.b\n');
});

test('one that the apply had not started, and that somebody ends meanwhile, is a difference: nothing is undone', () => {
  world.mustTopo('apply', '--yes', world.file('alone.yaml', ALONE));
  const { status, stdout, stderr } = world.topo(['apply', '--yes', file]);
  expect({ status, stdout }).toMatchObject({ status: 1, stdout: expect.stringContaining('Apply incomplete') });
  expect(stderr).toContain('process frail in soon.a: state is exited with status 3, not running');
  expect(world.must('ls /run/netns')).toBe('soon.a\nsoon.b\n');
});
