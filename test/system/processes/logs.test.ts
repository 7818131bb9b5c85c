/** The logs of `run`: bounded, and whole as far as they go back. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { TOPO, World } from '../world.js';
import { lab, until } from './lab.js';

let world: World;
beforeEach(async () => {
  world = await World.create();
});
afterEach(() => world.dispose());

const LOG_BYTES = 1 << 20;
const FOLDER = '/run/topo/run/p/a/x';
const apply = (command: string): void => {
  world.file('topo.yaml', lab(`run: [{ name: x, command: ${JSON.stringify(command)} }]`));
  world.mustTopo('apply', '-y');
};
const bytes = (): number => Number(world.must(`cat ${FOLDER}/log* | wc -c`));

/** Numbers, each one more than the one before. */
function expectNoGaps(lines: readonly string[]): void {
  expect(lines.find((line, i) => i > 0 && Number(line) !== Number(lines[i - 1]) + 1)).toBeUndefined();
}

it('a command that writes 100 MB fills no more than two files, which end with what it wrote last', () => {
  apply(`until [ -e ${world.directory}/go ]; do sleep 0.01; done; seq 10000000 21500000; touch ${world.directory}/done; exec sleep 1000`);
  world.file('go', '');
  // du rounds up to pages; one more file is there while the older one is replaced.
  const most = Number(
    world.must(
      `most=0; while [ ! -e done ]; do n=$(du -sk ${FOLDER} | cut -f1) && [ "$n" -gt $most ] && most=$n; sleep 0.02; done; echo $most`,
    ),
  );
  expect(most).toBeLessThanOrEqual((3 * LOG_BYTES) / 1024 + 64);
  until(world, `tail -n 1 ${FOLDER}/log | grep -qx 21500000`);
  expect(bytes()).toBeGreaterThan(LOG_BYTES);
  expect(bytes()).toBeLessThanOrEqual(2 * LOG_BYTES);
  const lines = world.mustTopo('logs', 'a').trimEnd().split('\n');
  // The first line may be the end of one.
  expectNoGaps(lines.slice(1));
  expect(lines.at(-1)).toBe('21500000');
  expect(lines.join('\n').length).toBeGreaterThan(LOG_BYTES);
  expect(world.mustTopo('logs', 'a', '--tail', '2')).toBe('21499999\n21500000\n');
  expect(world.mustTopo('plan')).toContain('No changes.');
});

it('-f goes on over them, line by line', async () => {
  const parts = [1, 2, 3, 4].map((part) => `seq ${part}00000 ${part}99999; until [ -e ${world.directory}/go${part} ]; do sleep 0.01; done`);
  apply(`${parts.join('; ')}; exec sleep 1000`);
  const follower = await world.background(null, [process.execPath, TOPO, 'logs', '-f', 'a'], '100000');
  let text = '';
  for (const part of [1, 2, 3, 4]) {
    // 700 kB each: the log is replaced in the second one, and in the third.
    while (!text.includes(`${part}99999\n`)) {
      await new Promise<void>((resolve) => follower.stdout!.once('data', (chunk: Buffer) => resolve(void (text += chunk.toString()))));
    }
    world.file(`go${part}`, '');
  }
  const lines = text.trimEnd().split('\n');
  expectNoGaps(lines.slice(1));
  expect(lines.at(-1)).toBe('499999');
  expect(world.must(`ls ${FOLDER}`)).toContain('log.1');
});

it('a node that gets another name takes them along, and what writes them goes on there', () => {
  apply(`while :; do seq 100000; sleep 0.1; done`);
  world.file(
    'topo.yaml',
    world.must('cat topo.yaml').replace('  a:', '  c:').replace('nodes:', 'moved: [{ from: nodes.a, to: nodes.c }]\nnodes:'),
  );
  expect(world.mustTopo('apply', '-y')).toContain('Apply complete!');
  world.must('rm -f /run/topo/run/p/c/x/log.1');
  until(world, 'test -s /run/topo/run/p/c/x/log.1');
});

it('where there is no room for it, what a command writes is left out, and the command goes on', () => {
  world.must('mkdir -p -m 755 /run/topo/run && mount -t tmpfs -o size=600k,mode=755 tmpfs /run/topo/run');
  apply(`seq 1000000 && touch ${world.directory}/done; exec sleep 1000`);
  until(world, 'test -e done');
  expect(world.mustTopo('plan')).toContain('No changes.');
});

it('whoever ends what writes them does not end the command', () => {
  apply(`for i in $(seq 1000); do echo $i; sleep 0.05; done`.replaceAll('$', '$$$$'));
  until(world, `grep -qx 2 ${FOLDER}/log`);
  world.must('pkill -KILL -x head');
  const seen = world.must(`tail -n 1 ${FOLDER}/log`).trim();
  until(world, `[ "$(tail -n 1 ${FOLDER}/log)" -gt ${Number(seen) + 1} ]`);
});
