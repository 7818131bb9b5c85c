/**
 * A private machine for one test: its own network, mount and process namespaces with an empty /run, in which the
 * program runs as a user would run it. Nothing of it outlives the test.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const TOPO = join(ROOT, 'dist/topo.cjs');
export const SERVER = join(ROOT, 'test/system/server.mjs');

/** Root makes the namespaces as root, anybody else in a user namespace of his own. */
const asUser = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
const enterUser = process.getuid?.() === 0 ? [] : ['-U', '--preserve-credentials'];

/** /run is empty, and what is written to /etc is the world's own. */
export const PRIVATE_ETC = [
  'mount -t tmpfs tmpfs /run',
  'mkdir -p /run/etc/upper /run/etc/work',
  'mount -t overlay -o lowerdir=/etc,upperdir=/run/etc/upper,workdir=/run/etc/work,userxattr overlay /etc',
  'rm -rf /etc/netns',
  // A machine whose name servers are its own alone is warned of them: tests make that themselves.
  "if grep -q '^nameserver *\\(127\\.\\|::1\\)' /etc/resolv.conf; then echo nameserver 192.0.2.53 > /etc/resolv.conf; fi",
].join(' && ');

/** Of examples/: those with containers need a daemon (test/docker), and a repository of labs is no lab (test/examples/gitops). */
export const TESTED_ELSEWHERE = ['containers', 'gitops'];

export interface Result {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class World {
  readonly directory = mkdtempSync(join(tmpdir(), 'topo-test-'));
  private readonly children: ChildProcess[] = [];

  private constructor(
    private readonly holder: ChildProcess,
    private readonly pid: number,
  ) {}

  static async create(): Promise<World> {
    // Its first process waits for what is nobody's any more, as that of a machine does: a `sleep` would leave thousands of dead ones. Somebody may end all that sleeps.
    const init = `${PRIVATE_ETC} && mkdir -p /run/netns && mount -t sysfs sysfs /sys && ip link set lo up && echo ready && while :; do sleep infinity & wait; done`;
    const flags = [...asUser, '-n', '-m', '-p', '--propagation', 'private', '--fork', '--mount-proc', '--kill-child=KILL'];
    const holder = spawn('unshare', [...flags, 'sh', '-c', init], { stdio: ['ignore', 'pipe', 'pipe'] });
    await ready(holder, 'ready');
    const outer = holder.pid ?? 0;
    const inner = readFileSync(`/proc/${outer}/task/${outer}/children`, 'utf8').trim();
    return new World(holder, Number(inner));
  }

  /** Runs a shell command in the world's root namespace. */
  sh(command: string, environment: Record<string, string> = {}): Result {
    return this.run(['sh', '-c', command], environment);
  }

  /** The same, and the command has to succeed. */
  must(command: string): string {
    const { status, stdout, stderr } = this.sh(command);
    if (status !== 0) throw new Error(`${command}: status ${status}\n${stdout}${stderr}`);
    return stdout;
  }

  in(netns: string, command: string): Result {
    return this.run(['ip', 'netns', 'exec', netns, 'sh', '-c', command], {});
  }

  /** The same without waiting for others: for what takes its time. `null` is the root namespace. */
  later(netns: string | null, command: string): Promise<Result> {
    const inside = netns === null ? [] : ['ip', 'netns', 'exec', netns];
    const child = spawn('nsenter', [...this.enter(), ...inside, 'sh', '-c', command], { stdio: ['ignore', 'pipe', 'pipe'] });
    return new Promise((resolve, reject) => {
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
      child.on('error', reject);
      child.on('close', (status) => resolve({ status: status ?? 128, stdout, stderr }));
    });
  }

  /** Runs the program; the working directory is the world's own. */
  topo(args: readonly string[], environment: Record<string, string> = {}): Result {
    return this.run([process.execPath, TOPO, ...args], environment);
  }

  /** Runs the program; it has to end with status 0. */
  mustTopo(...args: readonly string[]): string {
    const { status, stdout, stderr } = this.topo(args);
    if (status !== 0) throw new Error(`topo ${args.join(' ')}: status ${status}\n${stdout}${stderr}`);
    return stdout;
  }

  /** Writes a file of the world's directory and gives its path. */
  file(name: string, text: string): string {
    const path = join(this.directory, name);
    writeFileSync(path, text);
    return path;
  }

  /** Starts an HTTP server (or, with `udp:PORT`, an echo server) that answers with the address it sees: `peer=ADDRESS`. */
  async serve(netns: string | null, port: string | number, name = 'server'): Promise<void> {
    await this.background(netns, [process.execPath, SERVER, String(port), name], 'listening');
  }

  /** Starts a command that goes on; resolves when it has written the word. */
  async background(netns: string | null, command: readonly string[], word: string): Promise<ChildProcess> {
    const inside = netns === null ? command : ['ip', 'netns', 'exec', netns, ...command];
    const child = spawn('nsenter', [...this.enter(), ...inside], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.children.push(child);
    await ready(child, word);
    return child;
  }

  /** A second machine on a network that the host is on too: `10.99.0.1` there, `10.99.0.2` (and fd99::) here. */
  outside(): void {
    this.must(
      [
        'ip netns add outside',
        'ip link add lan0 type veth peer name eth0 netns outside',
        'ip addr add 10.99.0.2/24 dev lan0',
        'ip addr add fd99::2/64 dev lan0 nodad',
        // Link-local addresses are there at once too, and do not come while a test looks.
        'echo 0 > /proc/sys/net/ipv6/conf/lan0/accept_dad',
        'ip netns exec outside sh -c "echo 0 > /proc/sys/net/ipv6/conf/eth0/accept_dad"',
        'ip link set lan0 up',
        'ip -n outside link set lo up',
        'ip -n outside link set eth0 up',
        'ip -n outside addr add 10.99.0.1/24 dev eth0',
        'ip -n outside addr add fd99::1/64 dev eth0 nodad',
        // Even so the kernel settles the address in a work item of its own, a moment after the link is up.
        settled('ip -6 addr show dev lan0 scope link -tentative'),
        settled('ip -n outside -6 addr show dev eth0 scope link -tentative'),
        settled('ip -6 route show table local dev lan0 type local to root fe80::/10'),
      ].join(' && '),
    );
  }

  /** All that the kernel has in the world's root namespace, as text to compare; without clocks that run by themselves. */
  snapshot(): string {
    return this.must(
      [
        'ip -d -j -p link',
        'ip -d -j -p addr',
        'ip -d -j -p route show table all',
        'ip -d -j -p -6 route show table all',
        'ip -d -j -p rule',
        'ip -d -j -p -6 rule',
        'nft list ruleset',
        'ls /run/netns',
        // The lock of the machine stays: src/apply/lock.ts says why.
        'find /etc/netns 2>/dev/null',
        'find /run/topo -mindepth 1 ! -path /run/topo/lock 2>/dev/null',
        "grep -r '' /proc/sys/net/ipv4 /proc/sys/net/ipv6 /proc/sys/net/bridge 2>/dev/null | grep -v 'conntrack\\|gc_\\|random_table\\|hop_penalty\\|fastopen_key' | sort",
      ].join('; echo; '),
    )
      .replace(/"(valid_life_time|preferred_life_time|expires)": *\d+/g, '')
      .replace(/"\w+_timer": *[\d.]+/g, '');
  }

  dispose(): void {
    for (const child of this.children) child.kill('SIGKILL');
    process.kill(this.pid, 'SIGKILL');
    this.holder.kill('SIGKILL');
    rmSync(this.directory, { recursive: true, force: true });
  }

  private enter(): string[] {
    return ['-t', String(this.pid), ...enterUser, '-n', '-m', '-p', `--wd=${this.directory}`];
  }

  private run(command: readonly string[], environment: Record<string, string>): Result {
    const child = spawnSync('nsenter', [...this.enter(), ...command], {
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1', ...environment },
      timeout: 60_000,
      maxBuffer: 256 * 1024 * 1024,
    });
    return { status: child.status ?? 128, stdout: child.stdout, stderr: child.stderr };
  }
}

/** A command that waits until another one prints something, and fails where it never does: nobody would notice how long that takes. */
function settled(command: string): string {
  return `(for i in $(seq 500); do ${command} | grep -q . && exit 0; sleep 0.02; done; echo 'not settled: ${command}' >&2; exit 1)`;
}

function ready(child: ChildProcess, word: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    const listen = (chunk: Buffer): void => {
      text += chunk.toString();
      if (!text.includes(word)) return;
      // What it says later is no business of this.
      for (const output of [child.stdout, child.stderr]) output?.off('data', listen);
      resolve();
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    child.on('exit', (status) => reject(new Error(`ended with status ${status} before it was ready: ${text}`)));
    child.on('error', reject);
  });
}
