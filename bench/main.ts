/**
 * Prints how long the program takes beside a raw netlink floor, `ip -batch` and one `ip` a step, as ratios of runs side by
 * side. Everything happens in namespaces of its own. `npm run bench`; `npm run bench -- --quick` leaves out 4000 nodes,
 * `npm run bench -- --large` has nothing else, `npm run bench -- --star` nothing but the main rows; `npm run bench -- --firewall` has nothing but what is about rules,
 * `npm run bench -- --calico` nothing but how hosts learn of blocks, `npm run bench -- --watch` nothing but `topo watch`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { benchCalico } from './calico.js';
import { benchOverlay } from './overlay.js';
import { benchForwarding, benchPorts, type Tools } from './firewall.js';
import { benchWatch } from './watch.js';
import { bridgeCommands, nodeCommands, starYaml, type Star } from './star.js';

const INSIDE = 'TOPO_BENCH_INSIDE';
const TOPO = join(process.cwd(), 'dist/topo.cjs');
const ROUNDS = 5;
const directory = mkdtempSync(join(tmpdir(), 'topo-bench-'));
// Below node_modules, so that the native library is found from there.
const FLOOR = join(process.cwd(), 'node_modules/.topo-floor.cjs');
const OBSERVE = join(process.cwd(), 'node_modules/.topo-observe.cjs');
/** What an apply leaves for the plans after it. */
const UNDERSTOOD = '/run/topo/understood';
const WATCH_PROBE = join(process.cwd(), 'node_modules/.topo-watch-probe.cjs');

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
function row(what: string, promise: string, pairs: readonly Pair[]): void {
  const shown = (value: number, digits: number): string => (Number.isNaN(value) ? '' : value.toFixed(digits));
  const cells = [
    what,
    shown(median(pairs.map(([mine]) => mine)), 0),
    shown(median(pairs.map(([, other]) => other)), 0),
    shown(median(pairs.map(([mine, other]) => mine / other)), 2),
    promise,
  ];
  console.log(`| ${cells.join(' | ')} |`);
}

type Pair = readonly [mine: number, other: number];

function benchStar(star: Star, rounds: number): void {
  const file = join(directory, `star-${star.nodes}.yaml`);
  writeFileSync(file, starYaml(star));
  const [applies, destroys, plans, firstPlans, observations]: [Pair[], Pair[], Pair[], Pair[], Pair[]] = [[], [], [], [], []];
  for (let round = 0; round < rounds; round++) {
    const created = floor('create', star);
    settle();
    const removed = floor('delete', star);
    settle();
    applies.push([node(TOPO, 'apply', '--yes', '--quiet', file), created]);
    settle();
    plans.push([node(TOPO, 'plan', file), node('-e', '0')]);
    observations.push([observe(`${UNDERSTOOD}/star/wanted`), NaN]);
    rmSync(UNDERSTOOD, { recursive: true });
    firstPlans.push([node(TOPO, 'plan', file), node('-e', '0')]);
    destroys.push([node(TOPO, 'destroy', '--yes', '--quiet', file), removed]);
    settle();
  }
  const thousand = star.nodes === 1000;
  row(`apply of ${star.nodes}, beside the floor`, 'at most 1.3', applies);
  row(`plan of ${star.nodes}, nothing to do, beside \`node -e 0\``, thousand ? 'topo under 500 ms' : '', plans);
  row(`of which observing, once the file is known`, thousand ? 'at most 200 ms' : '', observations);
  row(`the same plan, of a file that no apply has read`, '', firstPlans);
  row(`destroy of ${star.nodes}, beside the floor`, thousand ? 'at most 1.3' : '', destroys);
}

/** Milliseconds that a plan by what an apply has left spends on reading the kernel. */
function observe(file: string): number {
  const { status, stdout, stderr } = spawnSync(process.execPath, [OBSERVE, file], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`observe: ${stderr}`);
  return Number(stdout);
}

/**
 * A thousand interfaces that came up talk for some seconds, and what went away is cleaned up for a while: waits until the
 * machine has been nearly idle for a second, half a minute at most.
 */
function settle(): void {
  let calm = 0;
  for (let i = 0; i < 120 && calm < 4; i++) {
    const before = processorTimes();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250);
    const after = processorTimes();
    calm = (after.idle - before.idle) / (after.all - before.all) > 0.9 ? calm + 1 : 0;
  }
}

/** The first line of proc(5) stat: user, nice, system, idle, iowait, … */
function processorTimes(): { readonly idle: number; readonly all: number } {
  const numbers = readFileSync('/proc/stat', 'utf8').split('\n')[0]!.split(/\s+/).slice(1).map(Number);
  return { idle: (numbers[3] ?? 0) + (numbers[4] ?? 0), all: numbers.reduce((sum, one) => sum + one, 0) };
}

function benchBatch(star: Star): void {
  const file = join(directory, `star-${star.nodes}.yaml`);
  writeFileSync(file, starYaml(star));
  const mine = node(TOPO, 'apply', '--yes', '--quiet', file);
  settle();
  node(TOPO, 'destroy', '--yes', '--quiet', file);
  settle();
  row(`apply of ${star.nodes}, beside \`ip -batch\``, 'at most 0.33', [[mine, batched(star)]]);
  floor('delete', star);
  settle();
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
  const file = join(directory, 'star-1000.yaml');
  node(TOPO, 'apply', '--yes', '--quiet', file);
  rmSync(UNDERSTOOD, { recursive: true });
  const watched = "process.on('exit', () => console.error(process.resourceUsage().maxRSS)); require(process.argv[1])";
  const { stderr } = spawnSync(process.execPath, ['-e', watched, TOPO, 'plan', file], { encoding: 'utf8' });
  node(TOPO, 'destroy', '--yes', '--quiet', file);
  console.log(`\nPeak memory of a plan of 1000: ${(Number(stderr.trim().split('\n').at(-1)) / 1024).toFixed(0)} MB (promised: under 200).`);
}

function tools(): Tools {
  return { directory, topo: (...args: readonly string[]) => node(TOPO, ...args), program: TOPO, settle, row };
}

function benchSpanning(): void {
  const made = (what: string, hosts: number, nodes: number): number => node(FLOOR, what, String(hosts), String(nodes));
  benchOverlay({ ...tools(), floor: made });
}

function benchFirewall(): void {
  benchPorts(tools());
  benchForwarding(tools());
}

function measure(): void {
  console.log('| what | topo, ms | beside, ms | ratio | promised |\n| --- | --- | --- | --- | --- |');
  if (process.argv.includes('--firewall')) return benchFirewall();
  if (process.argv.includes('--overlay')) return benchSpanning();
  if (process.argv.includes('--calico')) return benchCalico(tools());
  if (process.argv.includes('--watch')) return benchWatch(tools(), TOPO, WATCH_PROBE);
  if (process.argv.includes('--large')) return benchLarge();
  benchCold();
  benchSteps({ nodes: 100, bridges: 1 });
  benchStar({ nodes: 1000, bridges: 1 }, ROUNDS);
  benchBatch({ nodes: 1000, bridges: 1 });
  if (process.argv.includes('--star')) return peakMemory();
  benchFirewall();
  benchSpanning();
  benchCalico(tools());
  benchWatch(tools(), TOPO, WATCH_PROBE);
  if (!process.argv.includes('--quick')) benchLarge();
  peakMemory();
}

function benchLarge(): void {
  benchStar({ nodes: 4000, bridges: 4 }, 3);
  benchBatch({ nodes: 4000, bridges: 4 });
}

function bundle(entry: string, outfile: string): void {
  buildSync({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'cjs', external: ['koffi'] });
}

function enter(): number {
  bundle('bench/floor.ts', FLOOR);
  bundle('bench/observe.ts', OBSERVE);
  bundle('bench/watch-probe.ts', WATCH_PROBE);
  const etc = 'lowerdir=/etc,upperdir=/run/upper,workdir=/run/work,userxattr';
  const init = `mount -t tmpfs tmpfs /run && mkdir /run/netns /run/upper /run/work && mount -t overlay -o ${etc} overlay /etc && mount -t sysfs sysfs /sys && ip link set lo up && exec "$@"`;
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
