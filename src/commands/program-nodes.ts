import type { Command } from 'commander';
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

  const sandbox = program.command('sandbox').summary('the sandboxes of --sandbox').description('Sandboxes that --sandbox has started.');

  declare<{ readonly json?: boolean }>(sandbox, 'ls', 'the sandboxes that are alive', async (flags, _operands, context) => {
    const { list } = await import('./sandbox.js');
    return list({ ...flags, json: flags.json === true }, context);
  }).option('--json', 'one JSON document');

  declare(sandbox, 'rm <name...>', 'end sandboxes and all that is in them', async (flags, names, context) => {
    const { remove } = await import('./sandbox.js');
    return remove({ ...flags, names }, context);
  });
}
