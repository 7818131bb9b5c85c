import { DiagnosticError } from '../model/diagnostic.js';
import { DEFAULT_NAME, isSandboxName } from './name.js';

/** Commands that look at or change a kernel: only these have a use for a sandbox. */
const KERNEL_COMMANDS = new Set([
  'plan',
  'apply',
  'confirm',
  'destroy',
  'status',
  'watch',
  'list',
  'show',
  'exec',
  'shell',
  'logs',
  'capture',
]);
const COMMANDS = new Set([...KERNEL_COMMANDS, 'validate', 'sandbox', 'completion', 'help']);
/** The word after `--sandbox` is their NODE, which may look like a name. */
const COMMANDS_OF_NODES = new Set(['exec', 'shell', 'show', 'logs', 'capture']);
/** Options whose value is the next word, of commands that have a NODE. */
const TAKES_VALUE = new Set(['--lab', '--runtime', '--name', '--tail', '-n', '-w', '--write', '-c', '--count']);

export interface Invocation {
  /** The sandbox to go into; absent: stay here. */
  readonly sandbox?: string;
  /** The arguments less `--sandbox`, with `--` before the command of `exec`. */
  readonly argv: readonly string[];
}

/**
 * Takes `--sandbox`, `--sandbox=NAME` and `--sandbox NAME` out of the arguments, before anything else of the program is
 * loaded. A separate word is the name only if it can be nothing else: it is no command, no existing file, and does not
 * stand where a command expects a node. What follows the NODE of `exec` belongs to another program, options and all.
 */
export function readInvocation(argv: readonly string[], exists: (path: string) => boolean): Invocation {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  const rest: string[] = [];
  let name: string | undefined;
  let command: string | undefined;
  let hasNode = false;
  let tail = argv.slice(end);
  for (let at = 0; at < end; at++) {
    const word = argv[at]!;
    const following = argv.slice(at + 1, end);
    if (word === '--sandbox') {
      const named = isName(following, command, exists);
      name = named ? following[0]! : DEFAULT_NAME;
      if (named) at++;
    } else if (word.startsWith('--sandbox=')) {
      name = checked(word.slice('--sandbox='.length));
    } else if (TAKES_VALUE.has(word)) {
      rest.push(...argv.slice(at, Math.min(at + 2, end)));
      at++;
    } else if (command === 'exec' && hasNode && !word.startsWith('-')) {
      tail = ['--', ...argv.slice(at)];
      break;
    } else {
      rest.push(word);
      if (word.startsWith('-')) continue;
      hasNode = command !== undefined;
      command ??= word;
    }
  }
  const wanted = name !== undefined && command !== undefined && KERNEL_COMMANDS.has(command) && !asksForHelp(rest);
  return { ...(wanted ? { sandbox: name! } : {}), argv: [...rest, ...tail] };
}

function isName([word, ...rest]: readonly string[], command: string | undefined, exists: (path: string) => boolean): boolean {
  if (word === undefined || !isSandboxName(word)) return false;
  // Without a command after it, the word is a command itself, misspelt perhaps.
  if (command === undefined) return !COMMANDS.has(word) && COMMANDS.has(rest.find((each) => !each.startsWith('-')) ?? '');
  return !COMMANDS_OF_NODES.has(command) && !exists(word);
}

function checked(name: string): string {
  if (isSandboxName(name)) return name;
  throw new DiagnosticError([
    {
      code: 'sandbox-name',
      severity: 'error',
      message: `the name of a sandbox is [a-z][a-z0-9-]*, not ${JSON.stringify(name)}`,
    },
  ]);
}

function asksForHelp(words: readonly string[]): boolean {
  return words.some((word) => word === '--help' || word === '-h' || word === '--version');
}
