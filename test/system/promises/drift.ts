/** One change by hand, and what must become of it. */
import { expect } from '@jest/globals';
import { World } from '../world.js';
import { EVERY_KIND } from './every-kind.js';
import { indexes, picture, portable, settled, type Picture } from './machine.js';
import { changesOf, type PlanDocument } from './program.js';

export interface Drift {
  readonly name: string;
  /** Shell commands in the host's namespace. */
  readonly by: string;
  /** All that a plan has to say, and nothing else: `~ id field …`, `+ id`, `- id`, `-/+ id field …`. */
  readonly seen: readonly string[];
  /** Links that may be new ones afterwards, as `netns/name`, with other indexes. */
  readonly anew?: readonly string[];
}

export class Built {
  private broken = false;

  private constructor(
    readonly world: World,
    readonly file: string,
    private before: Picture,
  ) {}

  static async create(lab = EVERY_KIND): Promise<Built> {
    const world = await World.create();
    try {
      world.must('sysctl -qw net.ipv6.conf.default.accept_dad=0');
      const file = world.file('topo.yaml', lab);
      world.mustTopo('apply', '--yes', file);
      return new Built(world, file, await settled(world));
    } catch (error) {
      // Nobody else has it: it would keep the test run from ending.
      world.dispose();
      throw error;
    }
  }

  /** Breaks, looks, repairs, and compares with what was there before. */
  async check(drift: Drift): Promise<void> {
    if (this.broken) {
      // What an earlier one left must not count against this one.
      this.world.sh(`ip netns del other; ip link del other`);
      this.world.mustTopo('destroy', '--yes', this.file);
      this.world.mustTopo('apply', '--yes', this.file);
      this.before = await settled(this.world);
    }
    this.broken = true;
    await this.checkOne(drift);
    this.broken = false;
  }

  private async checkOne({ by, seen, anew }: Drift): Promise<void> {
    const { world, file } = this;
    world.must(by);
    const status = world.topo(['status', '--json', file]);
    const applied = world.topo(['apply', '--yes', '--json', file]);
    const events = applied.stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { type: string; ok?: boolean });
    const plan = events.find(({ type }) => type === 'plan') as (PlanDocument & { type: string }) | undefined;
    if (plan === undefined) throw new Error(`no plan: ${applied.stderr}`);
    expect(changesOf(plan)).toEqual([...seen].sort());
    expect(status.status).toBe(1);
    if (applied.status !== 0) throw new Error(`apply: status ${applied.status}\n${JSON.stringify(events.at(-2))}`);
    await this.expectAsBefore(anew ?? []);
  }

  private async expectAsBefore(anew: readonly string[]): Promise<void> {
    const wanted = anew.length === 0 ? this.before : portable(this.before);
    const read = (): Picture => (anew.length === 0 ? picture(this.world) : portable(picture(this.world)));
    const deadline = Date.now() + 15_000;
    let now = read();
    // What the kernel does by itself (link-local addresses, carriers) takes a moment, and longer on a busy machine.
    while (JSON.stringify(now) !== JSON.stringify(wanted) && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      now = read();
    }
    expect(now).toEqual(wanted);
    if (anew.length === 0) return;
    const [old, fresh] = [indexes(this.before), indexes(picture(this.world))];
    const changed = Object.keys(old).filter((place) => old[place] !== fresh[place]);
    expect(changed.filter((place) => !anew.includes(place))).toEqual([]);
    this.before = picture(this.world);
  }
}
