/** A machine on which one lab follows another. */
import { join } from 'node:path';
import { ROOT, World, type Result } from '../../world.js';
import { lookCommand, momentOf, portable, type LookCommand, type Picture } from '../machine.js';
import { Answering } from './answering.js';

export class LabMachine {
  private constructor(
    readonly world: World,
    private readonly program: Answering,
    private readonly shell: Answering,
    private readonly looking: LookCommand,
  ) {}

  static async create(): Promise<LabMachine> {
    const world = await World.create();
    try {
      // What labs stand on: a wire for nodes that are on it themselves, and a bridge for networks that are external.
      world.must('sysctl -qw net.ipv6.conf.default.accept_dad=0');
      world.must(
        [
          'ip link add lan0 address 02:00:00:00:aa:01 type veth peer name lan1 address 02:00:00:00:aa:02',
          'ip link add ext0 address 02:00:00:00:aa:03 type bridge',
          // With a port that stays it has a carrier, whether a lab has used it or not.
          'ip link add ext1 address 02:00:00:00:aa:04 master ext0 type veth peer name ext2 address 02:00:00:00:aa:05',
          'for name in lan0 lan1 ext0 ext1 ext2; do ip link set $name up; done',
        ].join(' && '),
      );
      const program = join(ROOT, 'test/system/promises/any-state/one-process.mjs');
      const command = `NODE_OPTIONS= NO_COLOR=1 exec '${process.execPath}' '${program}' '${join(ROOT, 'dist/main.cjs')}' 2>&1`;
      const [topo, shell] = [
        await world.background(null, ['sh', '-c', command], 'ready'),
        await world.background(null, ['sh', '-c', 'echo ready; exec sh'], 'ready'),
      ];
      return new LabMachine(world, new Answering(topo), new Answering(shell), lookCommand(world));
    } catch (error) {
      world.dispose();
      throw error;
    }
  }

  /** Runs the program in the process that is there; both of its outputs are in `stdout`. */
  topo(...args: readonly string[]): Promise<Result> {
    return this.program.ask(JSON.stringify(args));
  }

  /** Runs a command in a shell that is there: the start of one takes longer than most commands. */
  sh(command: string): Promise<Result> {
    return this.shell.ask(`{ ${command}; } 2>&1; printf '\\0%d\\n' $?`);
  }

  async mustTopo(...args: readonly string[]): Promise<string> {
    const { status, stdout } = await this.topo(...args);
    if (status !== 0) throw new Error(`topo ${args.join(' ')}: status ${status}\n${stdout}`);
    return stdout;
  }

  /** The kernel, the files of names, and what runs. */
  async look(how: 'whole' | 'brief'): Promise<Look> {
    const { status, stdout } = await this.sh(`ps -eo user,args && echo '${END}' && ${this.looking(how)}`);
    if (status !== 0) throw new Error(`a look ends with status ${status}\n${stdout}`);
    const [processes = '', kernel = ''] = stdout.split(`${END}\n`);
    return { ...momentOf(kernel), processes: processes.split('\n').filter(isOfLab).sort() };
  }
}

const END = '#end processes';

const isOfLab = (line: string): boolean => /\bsleep 10000\d|\bbird\b|\bdnsmasq\b/.test(line);

export interface Look {
  readonly picture: Picture;
  /** The kernel is still at work on something of it. */
  readonly isPending: boolean;
  readonly processes: readonly string[];
}

/**
 * As lines to compare, without history that the kernel keeps by itself: a former value is remembered in lo's altnames; a
 * link-local address is made when a link comes up, of the MAC that the link has then; a bridge keeps the segment sizes of the
 * ports it had; a link that has lost its carrier keeps the route of multicast that one which never had any does not get. And without what comes a little later: routes that daemons have learned.
 */
export function comparable({ picture: one, processes }: Look): readonly string[] {
  const lines = Object.entries(portable(one)).flatMap(([netns, parts]) =>
    Object.entries(parts).flatMap(([part, all]) =>
      (all as readonly string[])
        .filter((line) => !/"(local|dst)":"fe80::|"protocol":"bird"|"dst":"ff00::\/8".*"linkdown"/.test(line))
        .map((line) => `${netns} ${part} ${withoutHistory(line)}`),
    ),
  );
  return [...lines, ...processes];
}

const withoutHistory = (line: string): string =>
  line
    .replace(/,?"sysctl:[^"]*"/g, '')
    // The kernel has next hops of IPv6 in an order of its own.
    .replace(
      /"nexthops":\[(.*?\})\]/,
      (_all, hops: string) =>
        `"nexthops":[${hops
          .split(/(?<=\}),/)
          .sort()
          .join()}]`,
    )
    // In the order in which they came.
    .replace(/,?"altnames":\[([^\]]*)\]/g, (_all, names: string) => names.split(',').filter(Boolean).sort().join())
    .replace(/,?"[gt]s?r?o_max_\w+":\d+/g, '');

/** Empty: the same. */
export function differences(wanted: readonly string[], found: readonly string[]): string {
  if (JSON.stringify(wanted) === JSON.stringify(found)) return '';
  const [inWanted, inFound] = [new Set(wanted), new Set(found)];
  const lines = [
    ...wanted.filter((line) => !inFound.has(line)).map((line) => `- ${line}`),
    ...found.filter((line) => !inWanted.has(line)).map((line) => `+ ${line}`),
  ];
  return lines.length === 0 ? 'the same lines in another order, or how often' : lines.join('\n');
}

/** When the kernel is at work on nothing of it any more, or after 20 seconds. */
export async function settledLook(machine: LabMachine): Promise<Look> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const now = await machine.look('whole');
    if (!now.isPending || Date.now() > deadline) return now;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Some of it comes a moment later. */
export async function becomes(machine: LabMachine, wanted: readonly string[], how: 'whole' | 'brief'): Promise<Look> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const now = await machine.look(how);
    const text = differences(wanted, comparable(now));
    if (text === '') return now;
    if (Date.now() > deadline) throw new Error(text);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
