/**
 * A private machine for kernel tests: own network, mount and process namespaces, an empty /run. A small program in it (machine.ts) holds the
 * adapter and does what the test asks, for what a Jest worker unshares would leak into the next test file.
 */
import { buildSync } from 'esbuild';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { HeldNetns, LabSummary, Outcome } from '../../src/kernel/kernel.js';
import type { LinkObservation, NamedNetnsObservation, NetnsObservation } from '../../src/model/observation.js';
import type { Event } from '../../src/model/event.js';
import type { Operation } from '../../src/model/operation.js';
import type { Plan } from '../../src/model/plan.js';
import { PRIVATE_ETC } from '../system/world.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const USER = ['--user', '--map-root-user'];
const UNSHARE = ['-n', '-m', '-p', '--propagation', 'private', '--fork', '--mount-proc', '--kill-child=KILL'];
const INIT = `${PRIVATE_ETC} && mount -t sysfs sysfs /sys && ip link set lo up && exec "$@"`;

type Plain<T> = Omit<T, 'sysctls' | 'remembered' | 'localAddresses'> & {
  readonly sysctls: Texts;
  readonly remembered: Texts;
  readonly localAddresses: readonly string[];
};
type Texts = { readonly [key: string]: string | null };

/** An observation as it comes through a pipe: maps are objects. */
export interface PlainObservation {
  readonly host: Plain<NetnsObservation>;
  readonly namespaces: readonly Plain<NamedNetnsObservation>[];
  readonly otherLabs: readonly string[];
}

export interface Scope {
  readonly lab: string;
  readonly namespaces?: readonly string[];
  readonly sysctls?: { readonly [netns: string]: readonly string[] };
  readonly linkTypes?: readonly string[];
}

interface Answer {
  readonly value?: unknown;
  readonly error?: string;
}

export class Machine {
  private readonly waiting: ((answer: Answer) => void)[] = [];

  private constructor(
    private readonly child: ChildProcess,
    private readonly directory: string,
  ) {
    createInterface({ input: child.stdout! }).on('line', (line) => this.waiting.shift()?.(JSON.parse(line) as Answer));
    child.on('exit', () => {
      for (const settle of this.waiting.splice(0)) settle({ error: 'the machine has ended' });
    });
  }

  /** `asUser`: in a user namespace, where buffers cannot be made large. */
  static start(asUser = process.getuid?.() !== 0): Machine {
    const directory = mkdtempSync(join(tmpdir(), 'topo-kernel-'));
    const outfile = join(directory, 'machine.cjs');
    const entry = join(ROOT, 'test/kernel/machine.ts');
    buildSync({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'cjs', external: ['koffi'], logLevel: 'error' });
    const child = spawn('unshare', [...(asUser ? USER : []), ...UNSHARE, 'sh', '-c', INIT, 'sh', process.execPath, outfile], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, NODE_PATH: join(ROOT, 'node_modules'), NODE_OPTIONS: '' },
    });
    return new Machine(child, directory);
  }

  stop(): void {
    this.child.kill('SIGKILL');
    rmSync(this.directory, { recursive: true, force: true });
  }

  private ask(call: string, ...parameters: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.waiting.push(({ value, error }) => (error === undefined ? resolve(value) : reject(new Error(error))));
      this.child.stdin!.write(`${JSON.stringify({ call, parameters })}\n`);
    });
  }

  async run(...operations: readonly Operation[]): Promise<readonly Outcome[]> {
    return (await this.ask('run', operations)) as readonly Outcome[];
  }

  /** Runs operations that all have to succeed. */
  async must(...operations: readonly Operation[]): Promise<void> {
    const outcomes = await this.run(...operations);
    outcomes.forEach((outcome, i) => {
      if (!outcome.ok) throw new Error(`${JSON.stringify(operations[i])}: ${outcome.errno} ${outcome.message}`);
    });
  }

  async check(...operations: readonly Operation[]): Promise<readonly Outcome[]> {
    return (await this.ask('check', operations)) as readonly Outcome[];
  }

  async observe(scope: Scope = { lab: 'lab' }): Promise<PlainObservation> {
    return (await this.ask('observe', { namespaces: [], sysctls: {}, rules: ['host', 'a'], ...scope })) as PlainObservation;
  }

  /** With the help of the bundled second thread; `read`: of so many namespaces that matter; `host`: of the host's. */
  async observeAhead(
    headStart: number,
    scope: Scope,
  ): Promise<{ readonly observation: PlainObservation; readonly read: number; readonly host: boolean }> {
    const whole = { namespaces: [], sysctls: {}, rules: ['host'], ...scope };
    return (await this.ask('observeAhead', join(ROOT, 'dist/second-thread.cjs'), headStart, whole)) as Awaited<
      ReturnType<Machine['observeAhead']>
    >;
  }

  /** By two threads; `later` is done when the namespaces that are left were read. `held`: those that do not go. */
  async runByTwo(
    operations: readonly Operation[],
    leave: readonly string[],
    later: readonly Operation[],
    scope: Scope,
  ): Promise<{ readonly outcomes: readonly Outcome[]; readonly held: readonly HeldNetns[]; readonly observation: PlainObservation }> {
    const whole = { namespaces: [], sysctls: {}, rules: ['host'], ...scope };
    return (await this.ask('runByTwo', join(ROOT, 'dist/second-thread.cjs'), operations, leave, later, whole)) as Awaited<
      ReturnType<Machine['runByTwo']>
    >;
  }

  async readInTurn(...turns: readonly string[]): Promise<readonly string[]> {
    return (await this.ask('readInTurn', join(ROOT, 'dist/second-thread.cjs'), turns)) as readonly string[];
  }

  async makeWithSpares(
    spares: number,
    operations: readonly Operation[],
  ): Promise<{ readonly outcomes: readonly Outcome[]; readonly left: number }> {
    return (await this.ask('makeWithSpares', join(ROOT, 'dist/second-thread.cjs'), spares, operations)) as Awaited<
      ReturnType<Machine['makeWithSpares']>
    >;
  }

  /** What becomes of a plan that is to fail. */
  async carryOut(plan: Plan): Promise<readonly Event[]> {
    return (await this.ask('carryOut', plan)) as readonly Event[];
  }

  /** Whether the kernel has qdiscs of the type. */
  async hasQdiscType(type: string): Promise<boolean> {
    return (await this.ask('hasQdiscType', type)) as boolean;
  }

  async labs(): Promise<readonly LabSummary[]> {
    return (await this.ask('labs')) as readonly LabSummary[];
  }

  async settle(timeoutMs: number): Promise<readonly HeldNetns[]> {
    return (await this.ask('settle', timeoutMs)) as readonly HeldNetns[];
  }

  /** Runs operations in a process of its own that kills itself after so many; gives its signal. */
  async runKilled(killAfter: number, ...operations: readonly Operation[]): Promise<string> {
    return (await this.ask('runKilled', killAfter, operations)) as string;
  }

  /** Output of a shell command, which has to succeed. */
  async sh(command: string): Promise<string> {
    return (await this.ask('sh', command)) as string;
  }

  /** Output of `ip -d -j` with these words. */
  async ip<T = readonly { readonly [key: string]: unknown }[]>(words: string): Promise<T> {
    const [netns, rest] = /^-n (\S+) (.*)$/.exec(words)?.slice(1) ?? ['', words];
    const text = await this.sh(`ip ${netns === '' ? '' : `-n ${netns} `}-d -j ${rest!}`);
    return JSON.parse(text === '' ? '[]' : text) as T;
  }

  /** One link as the adapter sees it. */
  async link(netns: string, name: string, lab = 'lab'): Promise<LinkObservation | undefined> {
    const { host, namespaces } = await this.observe({ lab, namespaces: netns === 'host' ? [] : [netns] });
    const place = netns === 'host' ? host : namespaces.find((ns) => ns.netns === netns);
    return place?.links.find((link) => link.name === name);
  }
}
