/** Operations as a script for a POSIX shell: run by hand it gives the same kernel state. */
import type { Runtime } from '../../model/lo-marks.js';
import type { Operation } from '../../model/operation.js';
import type { Action, Plan } from '../../model/plan.js';
import type { Resource } from '../../model/state.js';
import type { Argument, Command } from './command.js';
import { commandsOf } from './commands.js';
import { shellQuote } from '../shell-quote.js';

const HEAD = [
  '#!/bin/sh',
  '# Needs root, iproute2, procps and nftables; conntrack where UDP ports are published or masquerading changes.',
  'set -e',
  '',
];

export function shellScript(operations: readonly Operation[]): string {
  return [...HEAD, ...operations.map((one) => commandText(one)).filter((text) => text !== '')].map((line) => `${line}\n`).join('');
}

/** Of containers whose runtime is not known yet. */
const DOCKER = 'docker';

const SYMBOLS = { create: '+', update: '~', delete: '-' } as const;

/** The whole plan in its order, each object named above its commands. */
export function planScript(plan: Plan, title: (resource: Resource) => string, runtime: Runtime = DOCKER): string {
  const linesOf = ({ change }: Action, operations: readonly Operation[]): readonly string[] => {
    const resource = change.action === 'delete' ? change.before : change.after;
    const lines = operations.map((one) => commandText(one, runtime)).filter((text) => text !== '');
    return lines.length === 0 ? [] : [`# ${SYMBOLS[change.action]} ${oneLine(title(resource))}`, ...lines];
  };
  const actions = plan.actions.flatMap((action) => linesOf(action, action.operations));
  const finishes = plan.actions.flatMap((action) => linesOf(action, action.finish ?? []));
  return [...HEAD, ...actions, ...finishes].map((line) => `${line}\n`).join('');
}

/** A script that does not hold what it needs does nothing, and says why. */
export function incompleteScript(script: string): string {
  const why = 'topo: sensitive values are left out of this script: topo plan --format shell --show-sensitive writes them';
  return script.replace('set -e\n', `set -e\necho ${shellQuote(why)} >&2\nexit 1\n`);
}

/** As one would type it; several lines where there are several commands. */
export function commandText(operation: Operation, runtime: Runtime = DOCKER): string {
  return commandsOf(operation, runtime).map(lineOf).join('\n');
}

function lineOf(command: Command): string {
  const { argv, stdin, environment = {}, condition, otherwise, silent } = command;
  const assignments = Object.entries(environment)
    .map(([name, value]) => `${name}=${shellQuote(value)} `)
    .join('');
  const plain = assignments + argv.map(argumentText).join(' ') + redirection(command);
  const fallback = otherwise === undefined ? '' : ` || echo ${shellQuote(`topo: ${otherwise}`)} >&2`;
  const unheard = silent === true ? ' >/dev/null 2>&1 || :' : '';
  const line = stdin === undefined ? `${plain}${fallback}${unheard}` : hereDocument(plain, stdin);
  if (condition === undefined) return line;
  const test = condition.argv.map(shellQuote).join(' ');
  if (condition.without === undefined) return `if ${test} >/dev/null 2>&1; then ${line}; fi`;
  return `if ! ${test} | grep -qF ${shellQuote(condition.without)}; then ${line}; fi`;
}

function redirection({ output }: Command): string {
  return output === undefined ? '' : ` ${output.append === true ? '>>' : '>'} ${shellQuote(output.path)}`;
}

/** Printed in double quotes nothing of the output is split or expanded; the prefix is quoted for itself. */
function argumentText(argument: Argument): string {
  if (typeof argument === 'string') return shellQuote(argument);
  return `${argument.prefix === '' ? '' : shellQuote(argument.prefix)}"$(${argument.output.map(shellQuote).join(' ')})"`;
}

function hereDocument(command: string, text: string): string {
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  let end = 'EOF';
  while (lines.includes(end)) end += '_';
  return [`${command} <<'${end}'`, ...lines, end].join('\n');
}

/** A comment ends with its line, and a title may hold what the kernel holds. */
function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f]/g, '?');
}
