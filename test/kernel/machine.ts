/** The program inside a private machine: reads a call per line, answers with a line. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { withFaults } from '../../src/kernel/faults.js';
import { createNetlinkKernel } from '../../src/kernel/netlink/adapter.js';
import { hasQdiscType as asksForQdisc } from '../../src/kernel/netlink/parts.js';
import { NETLINK_ROUTE, NetlinkSocket } from '../../src/kernel/netlink/socket.js';
import { readAhead, ReadingAhead } from '../../src/kernel/netlink/ahead.js';
import { HOST } from '../../src/model/state.js';
import { SecondThread } from '../../src/kernel/netlink/orders.js';
import { carryOut } from '../../src/apply/carry-out.js';
import { type Kernel, NETNS_DIRECTORY } from '../../src/kernel/kernel.js';
import type { Event } from '../../src/model/event.js';
import type { Operation } from '../../src/model/operation.js';
import type { Plan } from '../../src/model/plan.js';

const KILLED = '--killed';

interface Scope {
  readonly lab: string;
  readonly namespaces: readonly string[];
  readonly sysctls: { readonly [netns: string]: readonly string[] };
  readonly rules: readonly string[];
}

const asObject = (_key: string, value: unknown): unknown =>
  value instanceof Map ? Object.fromEntries(value) : value instanceof Set ? [...value] : value;

function serve(): void {
  const kernel = createNetlinkKernel();
  const calls: { readonly [call: string]: (...parameters: never[]) => unknown } = {
    run: (operations: readonly Operation[]) => kernel.run(operations),
    check: (operations: readonly Operation[]) => kernel.check(operations),
    observe: (scope: Scope) => kernel.observe({ ...scope, sysctls: new Map(Object.entries(scope.sysctls)) }),
    observeAhead,
    runByTwo,
    readInTurn,
    makeWithSpares,
    carryOut: (plan: Plan) => eventsOf(kernel, plan),
    labs: () => kernel.labs(),
    hasQdiscType,
    settle: (timeoutMs: number) => kernel.settle(timeoutMs),
    sh: (command: string) =>
      execFileSync('sh', ['-c', command], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 28 }),
    runKilled: (after: number, operations: readonly Operation[]) =>
      spawnSync(process.execPath, [process.argv[1]!, KILLED, String(after)], { input: JSON.stringify(operations) }).signal,
  };
  createInterface({ input: process.stdin }).on('line', (line) => {
    const { call, parameters } = JSON.parse(line) as { call: string; parameters: never[] };
    void answer(() => calls[call]!(...parameters)).then((text) => process.stdout.write(`${text}\n`));
  });
}

/** Of the kernel that the machine runs on. */
function hasQdiscType(type: string): boolean {
  const socket = new NetlinkSocket(NETLINK_ROUTE);
  try {
    return asksForQdisc(socket, type);
  } finally {
    socket.close();
  }
}

/** What becomes of a plan, as `--on-error stop` has it. */
async function eventsOf(kernel: Kernel, plan: Plan): Promise<readonly Event[]> {
  const events: Event[] = [];
  const job = { phase: 'apply', plan, kernel, onError: 'stop', interrupted: () => null, now: () => performance.now() } as const;
  const unasked = (): never => {
    throw new Error('nothing is to be verified');
  };
  for await (const event of carryOut({ ...job, observe: unasked, verify: unasked })) events.push(event);
  return events;
}

/** With the help of the other thread, which begins `headStart` milliseconds earlier. */
function observeAhead(program: string, headStart: number, scope: Scope): unknown {
  const ahead = readAhead(program, NETNS_DIRECTORY);
  if (ahead === undefined) throw new Error('no threads');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, headStart);
  const kernel = createNetlinkKernel({ ahead });
  try {
    const observation = kernel.observe({ ...scope, sysctls: new Map(Object.entries(scope.sysctls)) });
    const read = observation.namespaces.filter(({ netns }) => ahead.netns(netns) !== null).length;
    return { observation, read, host: ahead.netns(HOST) !== null };
  } finally {
    kernel.close();
  }
}

/** With another thread that runs already. `leave`: after that these are read by it, and `later` is done when it has read them. */
async function runByTwo(
  program: string,
  operations: readonly Operation[],
  leave: readonly string[],
  later: readonly Operation[],
  scope: Scope,
): Promise<unknown> {
  const second = SecondThread.start(program, 1000);
  if (second === undefined) throw new Error('no threads');
  const kernel = createNetlinkKernel({ program, second });
  try {
    const outcomes = await kernel.run(operations);
    kernel.leave(leave);
    // Behind what was asked before.
    second.read(NETNS_DIRECTORY, ['nothing'], { host: false, links: false }).answer();
    await kernel.run(later);
    const held = await kernel.settle(5000);
    const observation = kernel.observe({ ...scope, sysctls: new Map(Object.entries(scope.sysctls)) });
    return { outcomes, held, observation };
  } finally {
    kernel.close();
  }
}

/** Of these, in turn: read by the other thread (`+NAME`), changed (`-NAME`). Gives those of which what was read counts. */
function readInTurn(program: string, turns: readonly string[]): readonly string[] {
  const second = SecondThread.start(program);
  if (second === undefined) throw new Error('no threads');
  const ahead = new ReadingAhead(second, NETNS_DIRECTORY);
  for (const turn of turns) {
    const name = turn.slice(1);
    if (turn.startsWith('+')) ahead.add([name]);
    else ahead.change(name);
  }
  second.close();
  return [...new Set(turns.map((turn) => turn.slice(1)))].filter((name) => ahead.netns(name) !== null);
}

/** The same namespaces as `planned`, of which so many were made before their names were known. Gives how many namespaces the process still holds. */
async function makeWithSpares(program: string, spares: number, operations: readonly Operation[]): Promise<unknown> {
  const second = SecondThread.start(program, 1000);
  if (second === undefined) throw new Error('no threads');
  const held = (): number => {
    const isNetns = (fd: string): boolean => (readlinkOf(`/proc/self/fd/${fd}`) ?? '').startsWith('net:');
    return readdirSync('/proc/self/fd').filter(isNetns).length;
  };
  const before = held();
  second.spare(spares);
  while (held() < before + spares) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  const kernel = createNetlinkKernel({ program, second });
  const outcomes = await kernel.run(operations);
  const left = held() - before;
  kernel.close();
  return { outcomes, left };
}

function readlinkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

async function answer(body: () => unknown): Promise<string> {
  try {
    return JSON.stringify({ value: await body() }, asObject);
  } catch (error) {
    return JSON.stringify({ error: (error as Error).stack });
  }
}

function runAndDie(after: number): void {
  let input = '';
  process.stdin.on('data', (chunk: Buffer) => (input += chunk.toString()));
  process.stdin.on('end', () => void withFaults(createNetlinkKernel(), { killAfter: after }).run(JSON.parse(input) as Operation[]));
}

if (process.argv[2] === KILLED) runAndDie(Number(process.argv[3]));
else serve();
