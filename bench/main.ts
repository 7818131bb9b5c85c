/**
 * Prints how long the program takes beside a raw netlink floor, `ip -batch` and one `ip` a step, as ratios of runs side by
 * side. Everything happens in namespaces of its own. `npm run bench`; `npm run bench -- --quick` leaves out 4000 nodes.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { bridgeCommands, nodeCommands, starYaml, type Star } from './star.js';

const INSIDE = 'TOPO_BENCH_INSIDE';
const TOPO = join(process.cwd(), 'dist/topo.cjs');
const ROUNDS = 5;
const directory = mkdtempSync(join(tmpdir(), 'topo-bench-'));
// Below node_modules, so that the native library is found from there.
const FLOOR = join(process.cwd(), 'node_modules/.topo-floor.cjs');

/** Milliseconds of a whole process; it has to succeed. */
function time(command: string, ...args: readonly string[]): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' }, maxBuffer: 1e9 });
  const milliseconds = performance.now() - start;
  if (status !== 0) throw new Error(`${command} ${args.slice(0, 3).join(' ')}: status ${status}\n${stderr}`);
  return milliseconds;
}

const node = (...args: readonly string[]): number => time(process.execPath, ...args);
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
const floor = (what: string, star: Star): number => node(FLOOR, what, String(star.nodes), String(star.bridges));

/** One row: two things measured in turn, and the median of the ratios pair by pair. */
function row(what: string, promise: string, pairs: readonly (readonly [mine: number, other: number])[]): void {
  const ratio = median(pairs.map(([mine, other]) => mine / other));
  const cells = [
    what,
    median(pairs.map(([mine]) => mine)).toFixed(0),
    median(pairs.map(([, other]) => other)).toFixed(0),
    ratio.toFixed(2),
    promise,
  ];
  console.log(`| ${cells.join(' | ')} |`);
}

function benchStar(star: Star, rounds: number): void {
  const file = join(directory, `star-${star.nodes}.yaml`);
  writeFileSync(file, starYaml(star));
  const applies: [number, number][] = [];
  const destroys: [number, number][] = [];
  const plans: [number, number][] = [];
  for (let round = 0; round < rounds; round++) {
    const created = floor('create', star);
    const removed = floor('delete', star);
    applies.push([node(TOPO, 'apply', '--yes', '--quiet', file), created]);
    plans.push([node(TOPO, 'plan', file), node('-e', '0')]);
    destroys.push([node(TOPO, 'destroy', '--yes', '--quiet', file), removed]);
  }
  row(`apply of ${star.nodes}, beside the floor`, 'at most 1.3', applies);
  row(`plan of ${star.nodes}, nothing to do, beside \`node -e 0\``, 'under 500 ms', plans);
  row(`destroy of ${star.nodes}, beside the floor`, 'at most 1.3', destroys);
}

function benchBatch(star: Star): void {
  const file = join(directory, `star-${star.nodes}.yaml`);
  writeFileSync(file, starYaml(star));
  const mine = node(TOPO, 'apply', '--yes', '--quiet', file);
  node(TOPO, 'destroy', '--yes', '--quiet', file);
  row(`apply of ${star.nodes}, beside \`ip -batch\``, 'at most 0.33', [[mine, batched(star)]]);
  floor('delete', star);
}

/** All steps of the host in one batch, then one batch for each namespace. */
function batched(star: Star): number {
  const nodes = Array.from({ length: star.nodes }, (_, i) => nodeCommands(star, i));
  const host = [
    ...bridgeCommands(star),
    ...nodes
      .flat()
      .filter((step) => step.netns === '')
      .map((step) => step.args),
  ];
  const start = performance.now();
  batch([], host);
  for (const steps of nodes) {
    const inside = steps.filter((step) => step.netns !== '');
    batch(
      ['-n', inside[0]?.netns ?? ''],
      inside.map((step) => step.args),
    );
  }
  return performance.now() - start;
}

function batch(options: readonly string[], lines: readonly string[]): void {
  const { status, stderr } = spawnSync('ip', [...options, '-batch', '-'], { input: `${lines.join('\n')}\n`, encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip -batch: ${stderr}`);
}

function benchSteps(star: Star): void {
  const file = join(directory, `star-${star.nodes}.yaml`);
  writeFileSync(file, starYaml(star));
  const mine = node(TOPO, 'apply', '--yes', '--quiet', file);
  node(TOPO, 'destroy', '--yes', '--quiet', file);
  const start = performance.now();
  for (const args of bridgeCommands(star)) time('ip', ...args.split(' '));
  for (let i = 0; i < star.nodes; i++)
    for (const { netns, args } of nodeCommands(star, i)) time('ip', ...(netns === '' ? [] : ['-n', netns]), ...args.split(' '));
  row(`apply of ${star.nodes}, beside one \`ip\` a step`, '', [[mine, performance.now() - start]]);
  floor('delete', star);
}

function benchCold(): void {
  const file = join(process.cwd(), 'examples/first-lab/topo.yaml');
  const pairs = Array.from({ length: 15 }, (): [number, number] => [node(TOPO, 'plan', file), node('-e', '0')]);
  row('plan of first-lab, cold, beside `node -e 0`', 'at most 1.7', pairs);
}

function peakMemory(): void {
  const { stderr } = spawnSync('/usr/bin/time', ['-f', '%M', process.execPath, TOPO, 'plan', join(directory, 'star-1000.yaml')], {
    encoding: 'utf8',
  });
  console.log(`\nPeak memory of a plan of 1000: ${(Number(stderr.trim().split('\n').at(-1)) / 1024).toFixed(0)} MB (promised: under 200).`);
}

function measure(): void {
  console.log('| what | topo, ms | beside, ms | ratio | promised |\n| --- | --- | --- | --- | --- |');
  benchCold();
  benchSteps({ nodes: 100, bridges: 1 });
  benchStar({ nodes: 1000, bridges: 1 }, ROUNDS);
  benchBatch({ nodes: 1000, bridges: 1 });
  if (!process.argv.includes('--quick')) benchStar({ nodes: 4000, bridges: 4 }, 2);
  peakMemory();
}

function enter(): number {
  buildSync({ entryPoints: ['bench/floor.ts'], outfile: FLOOR, bundle: true, platform: 'node', format: 'cjs', external: ['koffi'] });
  const init = 'mount -t tmpfs tmpfs /run && mkdir /run/netns && mount -t sysfs sysfs /sys && ip link set lo up && exec "$@"';
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const self = [process.execPath, ...process.argv.slice(1)];
  const flags = [
    ...user,
    '-nmp',
    '--propagation',
    'private',
    '--fork',
    '--mount-proc',
    '--kill-child=KILL',
    'sh',
    '-c',
    init,
    'bench',
    ...self,
  ];
  return spawnSync('unshare', flags, { stdio: 'inherit', env: { ...process.env, [INSIDE]: '1' } }).status ?? 1;
}

try {
  if (process.env[INSIDE] === undefined) process.exitCode = enter();
  else measure();
} finally {
  rmSync(directory, { recursive: true, force: true });
}
