/** \`topo watch --json\` in a world, and what it has told so far. */
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOPO, type World } from '../world.js';

export interface Told {
  readonly type: string;
  readonly time: string;
  readonly lab?: string;
  readonly [key: string]: unknown;
}

/** A machine may be busy. */
const DEADLINE_MS = 25_000;
const POLL_MS = 20;

let number = 0;

export class Watcher {
  /** What was told before is not looked for any more. */
  private from = 0;

  private constructor(
    private readonly world: World,
    private readonly child: ChildProcess,
    private readonly name: string,
  ) {}

  static async start(world: World, args: readonly string[], environment: { readonly [name: string]: string } = {}): Promise<Watcher> {
    const name = `watch-${++number}`;
    const variables = Object.entries(environment).map(([key, value]) => `${key}='${value}'`);
    const command = ['exec', 'env', ...variables, process.execPath, TOPO, 'watch', '--json', ...args].join(' ');
    const child = await world.background(
      null,
      ['sh', '-c', `echo $$ > ${name}.pid; echo begun; ${command} > ${name}.out 2> ${name}.err`],
      'begun',
    );
    const watcher = new Watcher(world, child, name);
    await watcher.until('watching');
    return watcher;
  }

  get errors(): string {
    return this.read('err');
  }

  /** All that was told. */
  get told(): readonly Told[] {
    return this.read('out')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Told);
  }

  private read(ending: string): string {
    const file = join(this.world.directory, `${this.name}.${ending}`);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  /** The next that is told of that type, and that the test takes; whatever comes before is passed over. */
  async until(type: string, isIt: (event: Told) => boolean = () => true): Promise<Told> {
    let found = -1;
    await eventually(
      () => {
        found = this.told.findIndex((event, i) => i >= this.from && event.type === type && isIt(event));
        return found >= 0;
      },
      () => `${type} was not told:\n${JSON.stringify(this.told.slice(this.from), null, 1)}\n${this.errors}`,
    );
    this.from = found + 1;
    return this.told[found]!;
  }

  /** Since the last that was waited for. */
  get since(): readonly Told[] {
    return this.told.slice(this.from);
  }

  signal(name: string): void {
    this.world.must(`kill -${name} $(cat ${this.name}.pid)`);
  }

  /** Gives the exit status. */
  async end(signal = 'TERM'): Promise<number | null> {
    const ended = new Promise<number | null>((resolve) => this.child.on('exit', (status) => resolve(status)));
    this.signal(signal);
    return ended;
  }
}

export async function eventually(isSo: () => boolean, complaint: () => string): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(complaint());
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

interface TellingObject {
  readonly id: string;
  readonly status: string;
  readonly fields: readonly { readonly field: string }[];
}

/** `~ id field …`, `+ id`, `- id`: what is to be done about each. */
export function differences({ objects }: Told): readonly string[] {
  const symbols: { readonly [status: string]: string } = { drifted: '~', missing: '+', unexpected: '-' };
  return (objects as readonly TellingObject[])
    .map(({ id, status, fields }) => [symbols[status], id, ...(status === 'drifted' ? fields.map(({ field }) => field) : [])].join(' '))
    .sort();
}
