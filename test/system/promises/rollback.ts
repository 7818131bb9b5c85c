/** What is refused, at every operation, and that the machine is as before. */
import { sampleOf } from '../../thoroughness.js';
import type { World } from '../world.js';
import { type NetnsPicture, type Picture, portable, settled } from './machine.js';
import { expectStatus } from './program.js';

/** Numbers of operations, 1 to all of them: so many of them, the first and the last among them. */
export function refusalPoints(operations: number, count: number): readonly number[] {
  return sampleOf(
    Array.from({ length: operations }, (_, i) => i + 1),
    count,
  );
}

/** Lets operations be refused; the program has to undo all and say so. */
export function mustRollBack(world: World, refused: number, ...args: readonly string[]): string {
  return mustRollBackWith({}, world, refused, ...args);
}

/** The same with more in the environment. */
export function mustRollBackWith(environment: Record<string, string>, world: World, refused: number, ...args: readonly string[]): string {
  const result = world.topo(args, { ...environment, TOPO_TEST_REFUSE: String(refused) });
  const { stdout, stderr } = expectStatus(result, 1, `topo ${args.join(' ')} with operation ${refused} refused`);
  if (!stdout.includes('was rolled back: all is as it was before'))
    throw new Error(`operation ${refused} was refused, and not all was undone:\n${stdout}${stderr}`);
  if (!stderr.includes(`refused for a test, operation ${refused}`)) throw new Error(`the refusal is not told: ${stderr}`);
  return stderr;
}

/** As people compare machines: what no rollback can bring back is left out (docs/rollback.md). */
export async function comparable(world: World): Promise<Picture> {
  return { ...alike(portable(await settled(world, 20_000))), ...besides(world) };
}

const NOTHING: NetnsPicture = {
  ...{ links: [], addresses: [], routes: [], rules: [], neighbours: [], fdb: [] },
  ...{ qdiscs: [], nft: [], sysctls: [], files: [] },
};

/**
 * What runs in each namespace that has a name, but for the count of bytes that the log has room for; and topo's own files, by name and mode: but for
 * what it remembers on purpose, and links by which processes that run find the files of a node that was moved.
 */
const BESIDES = `
for one in /run/netns/*; do
  [ -e "$one" ] && ip netns pids "$(basename "$one")" | while read -r pid; do
    ps -o stat=,args= -p "$pid" | sed -n 's/^[^Z][^ ]* *//p' | sed "s|^|$(basename "$one"): |; s/head -c [0-9]*/head/; s/: stdbuf -o0 head.*/: head/"
  done
done | sort
echo '#files'
find /run/topo -mindepth 1 \\( -path /run/topo/lock -o -path /run/topo/reverted -o -path /run/topo/taken-back -o -path /run/topo/understood -o -path /run/topo/used-plans -o -type l -path '/run/topo/run/*' \\) -prune -o -printf '%m %y %P %l\\n' | sort
`;

function besides(world: World): Picture {
  const [processes = '', files = ''] = world.must(BESIDES).split('#files\n');
  const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');
  return { 'what runs': { ...NOTHING, files: lines(processes) }, '/run/topo': { ...NOTHING, files: lines(files) } };
}

/**
 * Commands that were run are known by a name of lo for as long as their namespace lives. Names have no order; and what a
 * tunnel or a bridge takes over as its largest packet, nobody can set: it depends on what was below it as it came.
 */
const HISTORY = /"tso_max_size":\d+,|"exec:[0-9a-f]+"/g;

function alike(one: Picture): Picture {
  const entries = Object.entries(one).map(([name, parts]): [string, NetnsPicture] => [
    name,
    { ...parts, links: parts.links.map((line) => line.replace(HISTORY, '').replace(/,?"altnames":\[(.*?)\]/, inOrder)) },
  ]);
  return Object.fromEntries(entries);
}

const inOrder = (_text: string, names: string): string => names.split(',').filter(Boolean).sort().join(' ');

export async function expectSame(world: World, before: Picture, when: string): Promise<void> {
  let differences = differingLines(before, await comparable(world));
  // What was killed is gone a moment later.
  for (let i = 0; i < 30 && differences.length > 0 && differences.every((line) => /^(what runs|\/run\/topo)\b/.test(line)); i++) {
    world.must('sleep 0.1');
    differences = differingLines(before, { ...before, ...besides(world) });
  }
  if (differences.length > 0) throw new Error(`${when}, and the machine is not as before:\n${differences.join('\n')}`);
}

function differingLines(before: Picture, now: Picture): readonly string[] {
  const places = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return places.flatMap((netns) => {
    const [left, right] = [before, now].map((side) => linesOf(side[netns]));
    if (JSON.stringify(left) === JSON.stringify(right)) return [];
    const lost = left!.filter((line) => !right!.includes(line)).map((line) => `${netns} - ${line}`);
    const come = right!.filter((line) => !left!.includes(line)).map((line) => `${netns} + ${line}`);
    return lost.length + come.length > 0 ? [...lost, ...come] : [`${netns}: the order of its objects`];
  });
}

const linesOf = (parts: NetnsPicture | undefined): readonly string[] =>
  Object.entries(parts ?? {}).flatMap(([part, lines]) => (lines as readonly string[]).map((line) => `${part}: ${line}`));
