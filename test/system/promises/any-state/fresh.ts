/** What each lab is on an empty machine. */
import { becomes, comparable, LabMachine, settledLook } from './lab-machine.js';

export interface Wanted {
  readonly whole: readonly string[];
  /** Without settings of the kernel. */
  readonly brief: readonly string[];
}

export class Fresh {
  private readonly known = new Map<string, Promise<Wanted>>();
  private last: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly machine: LabMachine,
    /** The machine without a lab, and any other that is like it. */
    readonly baseline: readonly string[],
  ) {}

  static async create(): Promise<Fresh> {
    const machine = await LabMachine.create();
    try {
      return new Fresh(machine, comparable(await settledLook(machine)));
    } catch (error) {
      machine.world.dispose();
      throw error;
    }
  }

  dispose(): void {
    this.machine.world.dispose();
  }

  /** One after the other, each once. */
  of(lab: string): Promise<Wanted> {
    const known = this.known.get(lab);
    if (known !== undefined) return known;
    const found = this.last.then(() => this.find(lab));
    this.known.set(lab, found);
    this.last = found;
    return found;
  }

  /** The machine is empty again afterwards. */
  private async find(lab: string): Promise<Wanted> {
    const { machine, baseline } = this;
    const file = machine.world.file('fresh.yaml', lab);
    try {
      await machine.mustTopo('apply', '--yes', '--quiet', file);
      const whole = comparable(await settledLook(machine));
      await machine.mustTopo('destroy', '--yes', '--quiet', file);
      await becomes(machine, baseline, 'whole');
      return { whole, brief: whole.filter((line) => !/^\S+ sysctls /.test(line)) };
    } catch (error) {
      throw new Error(`fresh\n${lab}\n\n${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }
}
