/** Published ports that change, and what a packet costs that the rules are asked about. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

type Pair = readonly [mine: number, other: number];

export interface Tools {
  readonly directory: string;
  /** Runs the program; gives milliseconds. */
  readonly topo: (...args: readonly string[]) => number;
  /** Its path. */
  readonly program: string;
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
function networksYaml(lab: string, count: number): string {
  const others = Array.from({ length: count - 1 }, (_, i) => `  net${i}: { subnet: 10.100.${i}.0/24 }`);
  const node = "  server: { networks: [zone], ports: ['5201:5201', '5201:5201/udp'] }";
  return [`name: ${lab}`, 'networks:', ...others, '  zone: { subnet: 10.60.0.0/24 }', 'nodes:', node, ''].join('\n');
}

const ROUNDS = 9;
const SMALL = ['-u', '-b', '0', '-l', '64', '-k', '200000'];
const BULK = ['-n', '2G'];

/** A namespace as a machine of its own, whose lab has so many networks. */
interface Machine {
  readonly count: number;
  readonly lab: string;
  readonly address: string;
  readonly topo: (...args: readonly string[]) => void;
  readonly server: ChildProcess;
}

/**
 * From another machine through a published port, by iperf3: 200,000 small datagrams, and two gigabytes. The machines with
 * one network and with many stand side by side and are asked in turn: a hundred bridges that come or go keep the kernel busy for seconds.
 */
export function benchForwarding({ directory, program, settle, row }: Tools): void {
  must('ip', 'netns', 'add', 'outside');
  const machines = [1, 10, 100].map((count, index) => machineOf(count, index, directory, program));
  settle();
  const times = [SMALL, BULK].map((args) => inTurn(machines, args));
  for (const [index, { count }] of machines.entries()) {
    if (index === 0) continue;
    const [small, bulk] = times.map((rounds) => rounds.map((round): Pair => [round[index]!, round[0]!]));
    row(`200,000 datagrams through a published port, ${count} networks beside 1`, 'at most 1.05', small!);
    row(`2 GB of TCP through a published port, ${count} networks beside 1`, 'at most 1.05', bulk!);
  }
  for (const { lab, server, topo } of machines) {
    server.kill('SIGKILL');
    topo('destroy', '--yes', '--quiet', '--lab', lab);
    must('ip', 'netns', 'del', `machine-${lab}`);
  }
  must('ip', 'netns', 'del', 'outside');
}

/** Of each round, what each machine took; another one begins each time. */
function inTurn(machines: readonly Machine[], args: readonly string[]): readonly (readonly number[])[] {
  return Array.from({ length: ROUNDS }, (_, round) => {
    const times: number[] = [];
    for (let i = 0; i < machines.length; i++) {
      const next = (round + i) % machines.length;
      times[next] = iperf(machines[next]!.address, args);
    }
    return times;
  });
}

function machineOf(count: number, index: number, directory: string, program: string): Machine {
  const lab = `forward${count}`;
  const machine = `machine-${lab}`;
  const steps = [
    `netns add ${machine}`,
    `-n ${machine} link set lo up`,
    `-n ${machine} link add lan0 type veth peer name lan${index} netns outside`,
    `-n ${machine} addr add 10.99.${index}.2/24 dev lan0`,
    `-n ${machine} link set lan0 up`,
    `-n outside addr add 10.99.${index}.1/24 dev lan${index}`,
    `-n outside link set lan${index} up`,
  ];
  for (const step of steps) must('ip', ...step.split(' '));
  const topo = (...args: readonly string[]): void => must('nsenter', `--net=/run/netns/${machine}`, process.execPath, program, ...args);
  const file = join(directory, `${lab}.yaml`);
  writeFileSync(file, networksYaml(lab, count));
  topo('apply', '--yes', '--quiet', file);
  const server = spawn('ip', ['netns', 'exec', `${lab}.server`, 'iperf3', '-s'], { stdio: 'ignore' });
  return { count, lab, address: `10.99.${index}.2`, topo, server };
}

interface Outcome {
  readonly end: {
    /** Of TCP. */
    readonly sum_sent?: { readonly seconds: number };
    /** Of UDP. */
    readonly sum?: { readonly seconds: number };
    /** Of the sender. */
    readonly cpu_utilization_percent: { readonly host_total: number };
  };
}

/**
 * Milliseconds: of TCP those that it took; of datagrams those of processor time of the sender, which goes through the whole of the
 * host's work by itself. How long that one waits depends on which processors it shares with the receiver, otherwise in each run.
 */
function iperf(address: string, args: readonly string[]): number {
  const { stdout, stderr, status } = spawnSync('ip', ['netns', 'exec', 'outside', 'iperf3', '-c', address, '-J', ...args], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`iperf3 ${args.join(' ')}: ${stdout.slice(-300)}${stderr}`);
  const { sum_sent: tcp, sum: udp, cpu_utilization_percent: used } = (JSON.parse(stdout) as Outcome).end;
  return 1000 * (tcp?.seconds ?? ((udp?.seconds ?? NaN) * used.host_total) / 100);
}

function must(command: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
}
