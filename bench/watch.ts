/** From what somebody does to a lab until \`topo watch --repair\` has put it right, and what it costs while nothing happens. */
import { spawn, spawnSync } from 'node:child_process';
import { openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tools } from './firewall.js';
import { starYaml } from './star.js';

const ROUNDS = 15;
/** clock_getres(3) of /proc/PID/stat, on Linux a hundredth of a second. */
const TICK_SECONDS = 0.01;

const pause = (milliseconds: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

export function benchWatch({ directory, topo, settle, row }: Tools, program: string, probe: string): void {
  for (const [nodes, promise, idleSeconds] of [
    [100, 'under 50 ms', 30],
    // Everything is read once in that time.
    [1000, 'under 150 ms', 330],
  ] as const) {
    const file = join(directory, `watched-${nodes}.yaml`);
    writeFileSync(file, starYaml({ nodes, bridges: 1 }));
    topo('apply', '--yes', '--quiet', file);
    settle();
    const output = join(directory, `watched-${nodes}.log`);
    const child = spawn(process.execPath, [program, 'watch', '--repair', file], { stdio: ['ignore', openSync(output, 'w'), 'inherit'] });
    while (!readFileSync(output, 'utf8').includes('in sync')) pause(50);
    settle();
    const before = processorSeconds(child.pid!);
    pause(idleSeconds * 1000);
    const idle = ((processorSeconds(child.pid!) - before) / idleSeconds) * 100;
    for (const [what, times] of Object.entries(repairs(probe))) {
      row(`watch of ${nodes}: ${what}, median until it is as it was`, promise, [[median(times), NaN]]);
    }
    console.log(`| watch of ${nodes}: processor time while nothing happens, in percent | ${idle.toFixed(2)} | | | under 0.5 |`);
    child.kill('SIGKILL');
    topo('destroy', '--yes', '--quiet', file);
    settle();
  }
}

/** User and system time: fields 14 and 15 of proc_pid_stat(5). */
function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_SECONDS;
}

function repairs(probe: string): { readonly [what: string]: readonly number[] } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [probe, '3', String(ROUNDS)], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`watch-probe: ${stderr}`);
  return JSON.parse(stdout) as { readonly [what: string]: readonly number[] };
}
