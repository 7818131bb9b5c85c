import { Option, type Command } from 'commander';
import { ON_ERROR, type OnError } from '../model/event.js';
import { parseDuration } from './duration.js';
import { addConfirmCommands } from './program-confirm.js';
import { addWatchCommand } from './program-watch.js';
import type { ApplyArguments, PlanFormat, RuntimeOption, ValidateFormat } from './options.js';
import { runtimeOption } from './runtime-option.js';
import type { Declare } from './declare.js';

interface Json {
  readonly json?: boolean;
}

interface Writing extends Json, RuntimeOption {
  readonly yes?: boolean;
  readonly lockTimeout: number;
  readonly onError: OnError;
}

/** The commands that read a topology or the kernel. Each is loaded only when it is the one. */
export function addPlanningCommands(program: Command, declare: Declare): void {
  declare<Json & { readonly format: ValidateFormat }>(
    program,
    'validate [file...]',
    'check a file: every error with its line and a hint',
    async (flags, files, context) => {
      const { run } = await import('./validate.js');
      return run({ ...flags, files, format: flags.json === true ? 'json' : flags.format }, context);
    },
  )
    .addOption(new Option('--format <format>', 'how to print what is wrong').choices(['text', 'json', 'github', 'sarif']).default('text'))
    .option('--json', 'the same as --format json');

  declare<
    Json &
      RuntimeOption & {
        readonly format: PlanFormat;
        readonly from?: string;
        readonly out?: string;
        readonly detailedExitcode?: boolean;
        readonly adopt?: boolean;
      }
  >(program, 'plan [file]', 'what apply would do, and why; changes nothing', async (flags, [file], context) => {
    const format = flags.json === true ? 'json' : flags.format;
    const { from, ...rest } = flags;
    const args = { ...rest, file, format, detailedExitcode: flags.detailedExitcode === true };
    if (from === undefined) return (await import('./plan.js')).run(args, context);
    return (await import('./plan-from.js')).run({ ...args, from }, context);
  })
    .addOption(
      new Option('--format <format>', 'how to print the plan').choices(['text', 'json', 'shell', 'markdown', 'diff']).default('text'),
    )
    .option('--json', 'the same as --format json')
    .option('--from <file or git:revision>', 'what the change from that file, or from that revision of it, would do; no kernel is asked')
    .addOption(runtimeOption())
    .addOption(new Option('--out <file>', 'save the plan: topo apply FILE does this and nothing else').conflicts('from'))
    .addOption(adoptOption().conflicts('from'))
    .option('--detailed-exitcode', 'exit status 0: nothing to do, 1: error, 2: changes');

  writing(
    declare<Writing & { readonly adopt?: boolean; readonly confirm?: number }>(
      program,
      'apply [file]',
      'plan, ask, do, read the kernel again',
      async (flags, [file], context) => {
        const { run } = await import('./apply.js');
        const { confirm: confirmMs, ...rest } = flags;
        return run({ ...rest, ...written(flags), file, ...(confirmMs === undefined ? {} : { confirmMs }) }, context);
      },
    ),
  )
    .addOption(adoptOption())
    .addOption(
      new Option('--confirm <duration>', 'revert it after so long, such as 60s, unless topo confirm comes before').argParser(parseDuration),
    );

  writing(
    declare<Writing & { readonly lab?: string }>(
      program,
      'destroy [file]',
      'remove everything of the lab and nothing else',
      async (flags, [file], context) => {
        const { run } = await import('./destroy.js');
        return run({ ...flags, ...written(flags), file, lab: flags.lab }, context);
      },
    ),
  ).option('--lab <name>', 'the lab, where its file is gone');

  declare<Json & RuntimeOption>(program, 'status [file]', 'in sync or drifted, object by object', async (flags, [file], context) => {
    const { run } = await import('./status.js');
    return run({ ...flags, file, json: flags.json === true }, context);
  })
    .option('--json', 'one JSON document')
    .addOption(runtimeOption());

  declare<{ readonly check?: boolean }>(
    program,
    'pin [file]',
    'write automatic subnets and addresses into the file',
    async (flags, [file], context) => {
      const { run } = await import('./pin.js');
      return run({ ...flags, file, check: flags.check === true }, context);
    },
  ).option('--check', 'write nothing: exit status 1 where something is automatic');

  addConfirmCommands(program, declare);

  addWatchCommand(program, declare);

  declare<Json>(program, 'list', 'the labs on this machine', async (flags, _operands, context) => {
    const { run } = await import('./list.js');
    return run({ ...flags, json: flags.json === true }, context);
  }).option('--json', 'one JSON document');

  declare<Json & { readonly yaml?: boolean; readonly docker?: boolean; readonly lab?: string }>(
    program,
    'show [node]',
    "what the kernel has, in the topology's words",
    async (flags, [node], context) => {
      const { run } = await import('./show.js');
      const format = flags.json === true ? 'json' : flags.yaml === true ? 'yaml' : 'text';
      return run({ ...flags, node, lab: flags.lab, format, docker: flags.docker === true }, context);
    },
  )
    .option('--lab <name>', 'of this lab')
    .option('--docker', 'in Docker’s words: networks, endpoints, sandboxes')
    .option('--json', 'one JSON document')
    .addOption(new Option('--yaml', 'one YAML document').conflicts('json'));
}

const adoptOption = (): Option => new Option('--adopt', 'take over what is somebody else’s and in the way, as it is');

function writing(command: Command): Command {
  return command
    .option('-y, --yes', 'do not ask')
    .addOption(runtimeOption())
    .option('--json', 'a stream of events, one JSON object a line')
    .addOption(
      new Option('--on-error <what>', 'where the kernel refuses something: back to the state before, stop there, or do all else')
        .choices(ON_ERROR)
        .default('rollback'),
    )
    .addOption(
      new Option('--lock-timeout <duration>', 'how long to wait for another topo that is changing this machine, such as 30s')
        .argParser(parseDuration)
        .default(10_000, '10s'),
    );
}

function written(flags: Writing): Pick<ApplyArguments, 'yes' | 'json' | 'lockTimeoutMs' | 'onError'> {
  return { yes: flags.yes === true, json: flags.json === true, lockTimeoutMs: flags.lockTimeout, onError: flags.onError };
}
