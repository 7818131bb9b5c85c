/** What is not confirmed is reverted, whatever others have done meanwhile; and what is theirs stays theirs (GUARANTEES.md, G5 and G9). */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { World } from '../world.js';
import { command } from './program.js';
import { comparable, expectSame } from './rollback.js';

let world: World;

const LAB = `name: kept
networks: { lan: { subnet: 10.83.0.0/24 }, far: { bridge_name: far0 } }
nodes:
  a: { networks: [lan] }
  b: { networks: [lan, far], exec: ['true # once'] }
`;
const CHANGED = LAB.replace(/ {2}b: .*\n/, '').replace(/, far: .*\}/, ' }');

beforeEach(async () => {
  world = await World.create();
  world.mustTopo('apply', '--yes', world.file('topo.yaml', LAB));
  world.file('changed.yaml', CHANGED);
});
afterEach(() => world.dispose());

/** Waits in the shell. */
const until = (condition: string): string => `for i in $(seq 600); do ${condition} && break; sleep 0.1; done; ${condition}`;

test('somebody has stopped the apply of another lab: it is ended, and held up nothing', async () => {
  const before = await comparable(world);
  world.file('other.yaml', `name: other\nnodes: { a: { exec: ['touch ${world.directory}/here; exec sleep 100023'] } }\n`);
  world.mustTopo('apply', '--yes', '--confirm', '3s', 'changed.yaml');
  world.must(`${command('apply', '--yes', 'other.yaml')} >out 2>&1 & echo $! >pid; ${until('[ -e here ]')}; kill -STOP $(cat pid)`);
  world.must(until('[ ! -e /run/topo/pending/kept ]'));
  expect(world.must('cat /run/topo/reverted/kept')).toMatch(
    /^topo apply of lab other \(process \d+\) was stopped and in the way: it was ended\.\n/,
  );
  world.must('pkill -f "^sleep 100023"; true');
  world.mustTopo('destroy', '--yes', 'other.yaml');
  await expectSame(world, before, 'another apply was stopped');
  mustRunAgain();
}, 120_000);

/** The command of a node that has come back was not run in its new namespace, whatever number that has. */
const mustRunAgain = (): void => {
  expect(world.mustTopo('plan', 'topo.yaml')).toMatch(/\+ exec .* in kept\.b[^]*Plan: 1 to add, 0 to change, 0 to destroy/);
};

/** Reverted by hand, with what has come meanwhile; what that is stays as it is. */
function revertsAround(by: string, theirs: string, named: string): string {
  world.mustTopo('apply', '--yes', '--confirm', '10m', 'changed.yaml');
  world.must(by);
  const before = world.must(theirs);
  const { status, stdout, stderr } = world.topo(['confirm', '--revert', '--lab', 'kept']);
  expect({ status, stdout }).toEqual({ status: 1, stdout: 'Not all is as it was before. topo confirm --revert tries again.\n' });
  expect(stderr).toContain(named);
  expect(world.must(theirs)).toBe(before);
  return stderr;
}

const mustComeBack = (): void => {
  expect(world.mustTopo('confirm', '--revert', '--lab', 'kept')).toContain('all is as it was before');
};

const looking = (netns: string): string =>
  `ip -n ${netns} -d link; ip -n ${netns} -4 addr; ip -n ${netns} route show table all; ls -i /run/netns/${netns}`;

test('a namespace that somebody has given the name of a node that went', () => {
  revertsAround(
    'ip netns add kept.b && ip -n kept.b link add mine type bridge',
    looking('kept.b'),
    'error: a network namespace named kept.b exists by now',
  );
  world.must('ip netns del kept.b');
  mustComeBack();
  mustRunAgain();
}, 60_000);

test('a namespace in the place of a node that stayed, with the same number, as the kernel gives it to a new one, and without the mark', () => {
  revertsAround(
    'ip -n kept.a link set lo alias "" && ip -n kept.a link add mine type bridge',
    looking('kept.a'),
    'error: a network namespace named kept.a exists by now',
  );
  world.must('ip netns del kept.a');
  mustComeBack();
}, 60_000);

test('a bridge that somebody has given the name of one that went', () => {
  const told = revertsAround(
    'ip link add far0 type bridge',
    'ip -d link show far0; ip addr show far0; ip link show master far0',
    'error: a link named far0 exists by now',
  );
  expect(told).toContain('+ netns kept.b');
  world.must('ip link del far0');
  mustComeBack();
}, 60_000);
