/** What the tests of processes share. */
import type { World } from '../world.js';

/** A lab of one node `a`, with these lines below it. */
export function lab(...lines: readonly string[]): string {
  return ['name: p', 'nodes:', '  a:', ...lines.map((line) => `    ${line}`), '  b: {}', ''].join('\n');
}

/** Command lines of what runs in the world, but for the shells and tools that look. */
export function running(world: World, pattern: string): string[] {
  return world
    .must('ps -eo stat=,args=')
    .split('\n')
    .filter((line) => !line.startsWith('Z') && line.includes(pattern) && !/unshare|eval|ps -eo|sleep infinity/.test(line))
    .map((line) => line.replace(/^\S+\s+/, ''));
}

/** Waits until a shell command succeeds. */
export function until(world: World, command: string): void {
  world.must(`for i in $(seq 100); do ${command} && exit 0; sleep 0.05; done; exit 1`);
}

/** All that the lab keeps of processes. */
export const records = (world: World): string => world.sh('cd /run/topo/run 2>/dev/null && find . -type f | sort').stdout;
