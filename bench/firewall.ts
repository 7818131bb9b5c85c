/** Published ports that change, and what a packet costs that the rules are asked about. */
import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

type Pair = readonly [mine: number, other: number];

export interface Tools {
  readonly directory: string;
  /** Runs the program; gives milliseconds. */
  readonly topo: (...args: readonly string[]) => number;
  readonly settle: () => void;
  readonly row: (what: string, promise: string, pairs: readonly Pair[]) => void;
}

const PORTS = 200;
const NODES = 20;

function portsYaml(target: number): string {
  const ports = (node: number): string =>
    Array.from({ length: PORTS / NODES }, (_, i) => `'${8000 + node * 10 + i}:${target + i}'`).join(', ');
  const nodes = Array.from({ length: NODES }, (_, i) => `  n${i}: { networks: [net], ports: [${ports(i)}] }`);
  return ['name: ports', 'networks:', '  net: { subnet: 10.60.0.0/16 }', 'nodes:', ...nodes, ''].join('\n');
}

/** All ports lead elsewhere, beside as many calls of `nft`. */
export function benchPorts({ directory, topo, settle, row }: Tools): void {
  const file = join(directory, 'ports.yaml');
  const apply = (target: number): number => {
    writeFileSync(file, portsYaml(target));
    return topo('apply', '--yes', '--quiet', file);
  };
  apply(80);
  settle();
  const pairs = Array.from({ length: 5 }, (_, round): Pair => [apply(round % 2 === 0 ? 8080 : 80), nftCalls()]);
  row('200 published ports changed in one apply, beside 200 calls of `nft`', '', pairs);
  topo('destroy', '--yes', '--quiet', file);
}

function nftCalls(): number {
  must('nft', 'add', 'table', 'inet', 'beside');
  must('nft', 'add', 'chain', 'inet', 'beside', 'published');
  const start = performance.now();
  for (let i = 0; i < PORTS; i++)
    must('nft', 'add', 'rule', 'inet', 'beside', 'published', 'tcp', 'dport', String(8000 + i), 'dnat', 'ip', 'to', `10.60.0.2:80`);
  const milliseconds = performance.now() - start;
  must('nft', 'delete', 'table', 'inet', 'beside');
  return milliseconds;
}

/** The network of the node that is asked is the last by its name, so that rules in a row would be gone through to the end. */
function networksYaml(count: number): string {
  const others = Array.from({ length: count - 1 }, (_, i) => `  net${i}: { subnet: 10.100.${i}.0/24 }`);
  const node = "  server: { networks: [zone], ports: ['5201:5201', '5201:5201/udp'] }";
  return ['name: forward', 'networks:', ...others, '  zone: { subnet: 10.60.0.0/24 }', 'nodes:', node, ''].join('\n');
}

const ROUNDS = 7;
const SMALL = ['-u', '-b', '0', '-l', '64', '-k', '200000'];
const BULK = ['-n', '2G'];

/** From another machine through a published port, by iperf3: 200,000 small datagrams, and two gigabytes. */
export function benchForwarding({ directory, topo, row }: Tools): void {
  const file = join(directory, 'forward.yaml');
  const apply = (count: number): void => {
    writeFileSync(file, networksYaml(count));
    topo('apply', '--yes', '--quiet', file);
    spawnSync('sleep', ['0.3']);
  };
  apply(1);
  outside();
  const server = spawn('ip', ['netns', 'exec', 'forward.server', 'iperf3', '-s'], { stdio: 'ignore' });
  for (const count of [10, 100]) {
    const [small, bulk]: [Pair[], Pair[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      apply(1);
      const alone = [iperf(SMALL), iperf(BULK)] as const;
      apply(count);
      small.push([iperf(SMALL), alone[0]]);
      bulk.push([iperf(BULK), alone[1]]);
    }
    row(`200,000 datagrams through a published port, ${count} networks beside 1`, 'at most 1.05', small);
    row(`2 GB of TCP through a published port, ${count} networks beside 1`, 'at most 1.05', bulk);
  }
  server.kill('SIGKILL');
  must('ip', 'netns', 'del', 'outside');
  topo('destroy', '--yes', '--quiet', file);
}

function outside(): void {
  const steps = [
    'netns add outside',
    'link add lan0 type veth peer name eth0 netns outside',
    'addr add 10.99.0.2/24 dev lan0',
    'link set lan0 up',
    '-n outside addr add 10.99.0.1/24 dev eth0',
    '-n outside link set eth0 up',
  ];
  for (const step of steps) must('ip', ...step.split(' '));
}

/** Milliseconds that the sender took: it goes through the whole of the host's work by itself. */
function iperf(args: readonly string[]): number {
  const { stdout, stderr, status } = spawnSync('ip', ['netns', 'exec', 'outside', 'iperf3', '-c', '10.99.0.2', '-J', ...args], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`iperf3 ${args.join(' ')}: ${stdout.slice(-300)}${stderr}`);
  const { end } = JSON.parse(stdout) as { end: { sum_sent?: { seconds: number }; sum?: { seconds: number } } };
  return 1000 * ((end.sum_sent ?? end.sum)?.seconds ?? NaN);
}

function must(command: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
}
