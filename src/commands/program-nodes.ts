import { InvalidArgumentError, type Command } from 'commander';
import type { Declare } from './declare.js';
import type { RuntimeOption } from './options.js';
import { runtimeOption } from './runtime-option.js';

interface OfLab extends RuntimeOption {
  readonly lab?: string;
  readonly inContainer?: boolean;
}

/** The commands that run things in nodes, and those for sandboxes. */
export function addNodeCommands(program: Command, declare: Declare): void {
  declare<OfLab>(program, 'exec <node> <command...>', 'run a command inside a node', async (flags, [node, ...command], context) => {
    const { run } = await import('./exec.js');
    return run({ ...flags, node: node!, lab: flags.lab, inContainer: flags.inContainer === true, command }, context);
  })
    .usage('[options] NODE [--] COMMAND…')
    .option('--lab <name>', 'the lab of the node; LAB.NODE says it too')
    .option('--in-container', "of a container: with its own files and programs, not this machine's")
    .addOption(runtimeOption());

  declare<OfLab>(program, 'shell <node>', 'open a shell inside a node', async (flags, [node], context) => {
    const { run } = await import('./shell.js');
    return run({ ...flags, node: node!, lab: flags.lab, inContainer: flags.inContainer === true }, context);
  })
    .option('--lab <name>', 'the lab of the node; LAB.NODE says it too')
    .option('--in-container', 'of a container: its own shell, with its own files and programs')
    .addOption(runtimeOption());

  declare<OfLab & { readonly name?: string; readonly follow?: boolean; readonly tail?: number }>(
    program,
    'logs <node>',
    'what the commands that run in a node have written',
    async (flags, [node], context) => {
      const { run } = await import('./logs.js');
      const { lab, name, follow, tail } = flags;
      return run({ ...flags, node: node!, lab, name, follow: follow === true, tail }, context);
    },
  )
    .option('--lab <name>', 'the lab of the node; LAB.NODE says it too')
    .option('-f, --follow', 'go on with what they write from now on')
    .option('-n, --tail <lines>', 'so many lines from the end of each', readCount)
    .option('--name <name>', 'of this command only');

  declare<OfLab & { readonly write?: string; readonly count?: number }>(
    program,
    'capture <node[:if]> [filter...]',
    'show the packets of a node, by tcpdump',
    async (flags, [target, ...filter], context) => {
      const { run } = await import('./capture.js');
      return run({ ...flags, target: target!, lab: flags.lab, write: flags.write, count: flags.count, filter }, context);
    },
  )
    .usage('[options] NODE[:INTERFACE] [FILTER…]')
    .option('--lab <name>', 'the lab of the node; LAB.NODE says it too')
    .option('-w, --write <file>', 'write the packets to a file that tcpdump and Wireshark read; - is standard output')
    .option('-c, --count <packets>', 'end after so many packets', parseCount);

  const sandbox = program.command('sandbox').summary('the sandboxes of --sandbox').description('Sandboxes that --sandbox has started.');

  declare<{ readonly json?: boolean }>(sandbox, 'ls', 'the sandboxes that are alive', async (flags, _operands, context) => {
    const { list } = await import('./sandbox.js');
    return list({ ...flags, json: flags.json === true }, context);
  }).option('--json', 'one JSON document');

  declare(sandbox, 'rm <name...>', 'end sandboxes and all that is in them', async (flags, names, context) => {
    const { remove } = await import('./sandbox.js');
    return remove({ ...flags, names }, context);
  });

  declare(program, 'completion', 'a script that completes words in bash', async (_flags, _operands, context) => {
    const { run } = await import('./completion.js');
    return run(program, context);
  });
}

function readCount(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a number of lines.');
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Expected a number of packets, such as 10.');
  return Number(text);
}
