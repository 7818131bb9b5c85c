import type { Command, Option } from 'commander';
import { shellQuote } from '../kernel/shell-quote.js';
import type { Context } from './context.js';

/** A script for bash that completes commands, their options, and what these and NODE may be; files are bash's own. */
export function run(program: Command, context: Context): number {
  const commands = program.createHelp().visibleCommands(program);
  const cases = commands.map((command) => caseOf(command, program.options));
  const names = shellQuote([...commands.map((command) => command.name()), ...longOf(program.options)].join(' '));
  context.stdout.write(`_topo() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command= first= word words=
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
      -*) ;;
      *) if [[ -z $command ]]; then command=$word; else first=$word; break; fi ;;
    esac
  done
  case $command in
    '') words=${names} ;;
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _topo topo
`);
  return 0;
}

/** As `ip netns` has them, LAB.NODE: a name that commands take. */
const NODES = '"$(ls /run/netns 2>/dev/null)"';

function caseOf(command: Command, global: readonly Option[]): string {
  const values = command.options.flatMap(({ short, long, argChoices }) =>
    argChoices === undefined
      ? []
      : [`${[short, long].filter((flag) => flag !== undefined).join('|')}) words=${shellQuote(argChoices.join(' '))} ;;`],
  );
  const options = shellQuote(longOf([...command.options, ...global]).join(' '));
  const takesNode = command.registeredArguments[0]?.name().startsWith('node') === true;
  const operands =
    command.commands.length > 0 ? shellQuote(command.commands.map((each) => each.name()).join(' ')) : takesNode ? NODES : "''";
  return `    ${command.name()})
      case $prev in
        ${[...values, `*) if [[ $cur == -* ]]; then words=${options}; elif [[ -z $first ]]; then words=${operands}; fi ;;`].join('\n        ')}
      esac ;;`;
}

const longOf = (options: readonly Option[]): readonly string[] =>
  options.flatMap(({ long, hidden }) => (typeof long !== 'string' || hidden ? [] : [long]));
