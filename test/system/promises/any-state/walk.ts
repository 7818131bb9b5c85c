/** A walk through a number of states, each the file of a lab, with things done by hand on the way. */
import { commandsOf, type Drift } from './drift.js';
import { FIRST, type Lab } from './files.js';
import { comparable, differences, LabMachine, type Look } from './lab-machine.js';
import { madeAnew } from './made-anew.js';

type Wanted = Readonly<Record<'whole' | 'brief', readonly string[]>>;

/** Of so many pairs one is looked at with all settings of the kernel, and a plan of its own has to be empty. */
const WHOLE = 5;

export class Walk {
  private readonly wanted = new Map<string, Wanted>();
  private before = '(nothing)';
  private last: Look | undefined;
  private steps = 0;

  private constructor(
    private readonly fresh: LabMachine,
    private readonly used: LabMachine,
    private readonly baseline: readonly string[],
  ) {}

  static async create(): Promise<Walk> {
    const fresh = await LabMachine.create();
    try {
      return new Walk(fresh, await LabMachine.create(), comparable(await settledLook(fresh)));
    } catch (error) {
      fresh.world.dispose();
      throw error;
    }
  }

  dispose(): void {
    this.fresh.world.dispose();
    this.used.world.dispose();
  }

  /** From the state that is there, and that somebody has changed, to this one: it is what it is on an empty machine. */
  async goTo({ whole: lab, files }: Lab, drift: readonly Drift[]): Promise<void> {
    const { used, before } = this;
    const wanted = await this.freshOf(lab);
    const commands = drift.length === 0 ? [] : commandsOf(drift, used.look('brief').picture);
    for (const command of commands) used.world.sh(command);
    this.before = lab;
    this.steps += 1;
    const how = this.steps % WHOLE === 0 ? 'whole' : 'brief';
    try {
      for (const [name, text] of Object.entries(files)) used.world.file(name, text);
      await used.mustTopo('apply', '--yes', '--quiet', FIRST);
      const now = await becomes(used, wanted[how], how);
      const former = this.wanted.get(before);
      if (this.last !== undefined && former !== undefined && commands.length === 0) {
        const anew = madeAnew([former.brief, wanted.brief], [this.last.picture, now.picture]);
        if (anew !== '') throw new Error(`another link than before, and nothing of it has changed:\n${anew}`);
      }
      this.last = now;
      if (how === 'whole') await used.mustTopo('plan', '--detailed-exitcode', FIRST);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`step ${this.steps}, from\n${before}\n${commands.join('\n')}\nto\n${Object.values(files).join('\n')}\n\n${reason}`, {
        cause: error,
      });
    }
  }

  /** Nothing is left of all of it. */
  async leave(): Promise<void> {
    const { used } = this;
    this.before = '(nothing)';
    this.last = undefined;
    await used.topo('destroy', '--yes', '--quiet', '--lab', 'any');
    await becomes(used, this.baseline, 'whole');
  }

  /** What a lab is on an empty machine, which is empty again afterwards. */
  private async freshOf(lab: string): Promise<Wanted> {
    const known = this.wanted.get(lab);
    if (known !== undefined) return known;
    const { fresh } = this;
    const file = fresh.world.file('fresh.yaml', lab);
    try {
      await fresh.mustTopo('apply', '--yes', '--quiet', file);
      const whole = comparable(await settledLook(fresh));
      const found = { whole, brief: whole.filter((line) => !/^\S+ sysctls /.test(line)) };
      await fresh.mustTopo('destroy', '--yes', '--quiet', file);
      await becomes(fresh, this.baseline, 'whole');
      this.wanted.set(lab, found);
      return found;
    } catch (error) {
      throw new Error(`fresh\n${lab}\n\n${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }
}

async function settledLook(machine: LabMachine): Promise<Look> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const now = machine.look('whole');
    if (!now.isPending || Date.now() > deadline) return now;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Some of it comes a moment later. */
async function becomes(machine: LabMachine, wanted: readonly string[], how: 'whole' | 'brief'): Promise<Look> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const now: Look = machine.look(how);
    const text = differences(wanted, comparable(now));
    if (text === '') return now;
    if (Date.now() > deadline) throw new Error(text);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
