import { Option, type Command } from 'commander';
import type { Declare } from './declare.js';
import { parseDuration } from './duration.js';

interface Flags {
  readonly lab?: string;
  readonly revert?: boolean;
  readonly lockTimeout: number;
}

export function addConfirmCommands(program: Command, declare: Declare): void {
  declare<Flags>(program, 'confirm [file]', 'keep what apply --confirm has done', async (flags, [file], context) => {
    const { run } = await import('./confirm/confirm.js');
    return run({ ...flags, file, lab: flags.lab, revert: flags.revert === true, lockTimeoutMs: flags.lockTimeout }, context);
  })
    .option('--lab <name>', 'the lab, where its file is gone')
    .option('--revert', 'revert it instead, and at once')
    .addOption(
      new Option('--lock-timeout <duration>', 'how long to wait for another topo that is changing this machine, such as 30s')
        .argParser(parseDuration)
        .default(10_000, '10s'),
    );

  // What apply --confirm starts for itself.
  declare(
    program,
    'revert-unless-confirmed <lab>',
    '',
    async (_flags, [lab = ''], context) => (await import('./confirm/watchdog.js')).run(lab, context),
    { hidden: true },
  );
}
