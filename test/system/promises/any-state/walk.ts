/** A walk through a number of states, each the files of a lab, with things done by hand on the way. */
import { commandsOf, type Drift } from './drift.js';
import { FIRST, type Lab } from './files.js';
import type { Fresh, Wanted } from './fresh.js';
import { becomes, LabMachine, type Look } from './lab-machine.js';
import { madeAnew } from './made-anew.js';

/** Of so many pairs one is looked at with all settings of the kernel, and a plan of its own has to be empty. */
const WHOLE = 5;

export class Walk {
  private before: { readonly lab: string; readonly wanted?: Wanted; readonly look?: Look } = { lab: '(nothing)' };
  private steps = 0;

  private constructor(
    private readonly fresh: Fresh,
    private readonly used: LabMachine,
  ) {}

  static async create(fresh: Fresh): Promise<Walk> {
    return new Walk(fresh, await LabMachine.create());
  }

  dispose(): void {
    this.used.world.dispose();
  }

  /** From the state that is there, and that somebody has changed, to this one: it is what it is on an empty machine. */
  async goTo({ whole: lab, files }: Lab, drift: readonly Drift[]): Promise<void> {
    const { used, before } = this;
    const wanted = await this.fresh.of(lab);
    const commands = drift.length === 0 ? [] : commandsOf(drift, (await used.look('brief')).picture);
    if (commands.length > 0) await used.sh(commands.join('; '));
    this.steps += 1;
    const how = this.steps % WHOLE === 0 ? 'whole' : 'brief';
    try {
      for (const [name, text] of Object.entries(files)) used.world.file(name, text);
      await used.mustTopo('apply', '--yes', '--quiet', FIRST);
      const look = await becomes(used, wanted[how], how);
      if (before.wanted !== undefined && before.look !== undefined && commands.length === 0) {
        const anew = madeAnew([before.wanted.brief, wanted.brief], [before.look.picture, look.picture]);
        if (anew !== '') throw new Error(`another link than before, and nothing of it has changed:\n${anew}`);
      }
      this.before = { lab, wanted, look };
      if (how === 'whole') await used.mustTopo('plan', '--detailed-exitcode', FIRST);
    } catch (error) {
      const [from, to] = [before.lab, Object.values(files).join('\n')];
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`step ${this.steps}, from\n${from}\n${commands.join('\n')}\nto\n${to}\n\n${reason}`, { cause: error });
    }
  }

  /** Nothing is left of all of it. */
  async leave(): Promise<void> {
    const { used, fresh } = this;
    this.before = { lab: '(nothing)' };
    await used.mustTopo('destroy', '--yes', '--quiet', '--lab', 'any');
    await becomes(used, fresh.baseline, 'whole');
  }
}
