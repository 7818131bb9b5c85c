import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, TOPO, TESTED_ELSEWHERE, type World } from '../system/world.js';

export const EXAMPLES = readdirSync(join(ROOT, 'examples'))
  .filter((name) => !TESTED_ELSEWHERE.includes(name))
  .sort();

export const pageOf = (example: string): string => readFileSync(join(ROOT, 'examples', example, 'README.md'), 'utf8');

export function commandsOf(example: string): readonly string[] {
  return [...pageOf(example).matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block);
}

/**
 * Runs the commands of the README in the example's folder, `topo` with these options; the first that fails ends it. Gives what
 * was printed if one does, otherwise nothing.
 */
export function complaint(world: World, example: string, options: string, environment: Record<string, string> = {}): string {
  // A program, as for a user: a function of the shell would put a shell of its own between `kill %1` and what it means.
  world.file('topo', `#!/bin/sh\nexec ${process.execPath} ${TOPO} ${options} "$@"\n`);
  world.file('commands', ['set -ex', `cd ${join(ROOT, 'examples', example)}`, ...commandsOf(example)].join('\n'));
  const { status, stdout, stderr } = world.sh('chmod +x topo && PATH=$PWD:$PATH && bash commands', environment);
  return status === 0 ? '' : `status ${status}\n${stdout}${stderr}`;
}
