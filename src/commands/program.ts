import { Command, type Argument } from 'commander';
import type { Context } from './context.js';
import type { Declare } from './declare.js';
import { addNodeCommands } from './program-nodes.js';
import { addPlanningCommands } from './program-planning.js';
import type { CommonOptions } from './options.js';
import { VERSION } from './version.js';

/** What the command line asks for; gives the exit status. */
export interface Chosen {
  /** Of the command. */
  readonly name: string;
  readonly operands: readonly string[];
  readonly options: CommonOptions;
  readonly color: boolean;
  readonly wantsJson: boolean;
  /** Its JSON is one object a line. */
  readonly isStream: boolean;
  run(context: Context): Promise<number>;
}

/** Where commander's own words go. */
export interface Printer {
  readonly writeOut: (text: string) => void;
  readonly writeErr: (text: string) => void;
}

/** Reads the command line. Help, the version and usage errors end in a CommanderError, printed already. */
export function parseCommandLine(argv: readonly string[], printer: Printer): Chosen {
  const program = newProgram(printer);
  let chosen: Chosen | undefined;
  const declare: Declare = (parent, usage, summary, run, { hidden } = { hidden: false }) =>
    parent
      .command(usage, { hidden })
      .summary(summary)
      .action((...parameters) => {
        const { color, ...flags } = (parameters.at(-1) as Command).optsWithGlobals<{ color: boolean }>();
        const options = { quiet: false, verbose: false, debug: false, showSensitive: false, ...flags };
        const operands = (parameters.at(-1) as Command).args;
        const { json, format } = flags as { readonly json?: boolean; readonly format?: string };
        const name = (parameters.at(-1) as Command).name();
        const isStream = STREAMS.has(name);
        chosen = {
          name,
          operands,
          options,
          color,
          wantsJson: json === true || format === 'json',
          isStream,
          run: (context) => run(options as Parameters<typeof run>[0], operands, context),
        };
      });
  addPlanningCommands(program, declare);
  addNodeCommands(program, declare);
  program.parse(apart(argv), { from: 'user' });
  if (chosen === undefined) throw new Error('the command line was read, and no command came of it');
  return chosen;
}

/** With `--json` these print events. */
const STREAMS: ReadonlySet<string> = new Set(['apply', 'destroy', 'confirm', 'watch']);

/** `-yq` is `-y -q`: commander asks the command alone what is in such a word, and `-q` and `-v` are of all commands. */
function apart(argv: readonly string[]): readonly string[] {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  const isCluster = (word: string, at: number): boolean => at < end && /^-[qvyf]{2,}$/.test(word);
  return argv.flatMap((word, at) => (isCluster(word, at) ? Array.from(word.slice(1), (letter) => `-${letter}`) : [word]));
}

function newProgram(printer: Printer): Command {
  return (
    new Command('topo')
      .description('Makes the networks of this machine match a file: plan says what would change, apply does it.')
      .version(VERSION, '--version', 'print the version')
      .helpOption('-h, --help', 'print help')
      .helpCommand('help [command]', 'print help on a command')
      .option('-q, --quiet', 'results and errors only')
      .option('-v, --verbose', 'show each kernel operation')
      .option('--show-sensitive', 'show passwords and values of environment variables, instead of (sensitive value)')
      .option('--debug', 'show stack traces')
      .option('--no-color', 'no colours (NO_COLOR in the environment does the same)')
      // Taken out of the arguments before they come here (src/sandbox/invocation.ts): it stands here for the help.
      .option('--sandbox [name]', 'in a private sandbox instead of on this machine, without root (default: "default")')
      .configureHelp({ showGlobalOptions: true, subcommandTerm: (command) => `${command.name()} ${operands(command)}`.trimEnd() })
      .configureOutput(printer)
      .showHelpAfterError('Run topo --help for the commands, topo COMMAND --help for their options.')
      .exitOverride()
  );
}

function operands(command: Command): string {
  return command.registeredArguments.map(inCapitals).join(' ');
}

function inCapitals(operand: Argument): string {
  const word = `${operand.name().toUpperCase()}${operand.variadic ? '…' : ''}`;
  return operand.required ? word : `[${word}]`;
}
