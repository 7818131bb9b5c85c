/** `run` and `exec` → Command[]. */
import type { Command } from '../../model/topology.js';
import { quote } from '../report.js';
import type { Mapping, Tree } from '../tree.js';
import { asMapping, complain, itemsAt, pairsAt, placeOf, stringAt, textAt, textOf, type Reading } from './read.js';

/** Names are given to those that have none: by the program, and with a number if that is taken. */
export function readCommands(reading: Reading, map: Mapping): readonly Command[] {
  const items = itemsAt(map, 'run').flatMap((tree): readonly Written[] => {
    const command = readCommand(reading, tree);
    const name = stringAt(asMapping(tree), 'name');
    return command === undefined ? [] : [{ ...command, tree, ...(name === undefined ? {} : { name }) }];
  });
  const taken = new Map<string, Written>();
  for (const item of items) {
    if (item.name === undefined) continue;
    const first = taken.get(item.name);
    if (first === undefined) taken.set(item.name, item);
    else {
      const related = [{ message: 'it is here first', at: first.at }];
      const span = textAt(asMapping(item.tree), 'name')?.span ?? item.tree;
      complain(reading, 'command-twice', { span }, `the node has two commands named ${quote(item.name)}`, {
        hint: 'give one another name',
        related,
      });
    }
  }
  const names = new Set(taken.keys());
  return items.map(({ tree: _, ...item }) => {
    const name = item.name ?? freeName(item.command, names);
    names.add(name);
    return { ...item, name };
  });
}

interface Written extends Omit<Command, 'name'> {
  readonly name?: string;
  readonly tree: Tree;
}

export function readCommand(reading: Reading, tree: Tree): Omit<Command, 'name'> | undefined {
  const at = placeOf(reading, tree);
  const short = textOf(tree)?.text;
  if (short !== undefined) return { at, command: short, env: {}, cwd: '/', user: '' };
  const map = asMapping(tree);
  const words = itemsAt(map, 'command').flatMap((word) => (word.kind === 'scalar' ? textOfScalar(word.value) : []));
  const command = stringAt(map, 'command') ?? (words.length > 0 ? words : undefined);
  if (command === undefined) return undefined;
  return {
    at,
    command,
    env: Object.fromEntries(
      pairsAt(map, 'env').flatMap(([name, { value }]) => (value.kind === 'scalar' ? [[name, textOfScalar(value.value)]] : [])),
    ),
    cwd: stringAt(map, 'cwd') ?? '/',
    user: userAt(map),
  };
}

const textOfScalar = (value: string | number | boolean | null): string => String(value ?? '');

function userAt(map: Mapping): string {
  const value = map.entries.get('user')?.value;
  return value?.kind === 'scalar' ? textOfScalar(value.value) : '';
}

/** Words that are not what a shell's line runs. */
const BEFORE = /^(?:\w+=.*|exec|env|sudo|nohup|time|cd)$/;

function freeName(command: Command['command'], taken: ReadonlySet<string>): string {
  const words =
    typeof command === 'string'
      ? command
          .trim()
          .split(/\s+/)
          .filter((word) => !BEFORE.test(word))
      : command;
  const program = (words[0] ?? '')
    .replace(/^.*\//, '')
    .replace(/[^A-Za-z0-9_.-]/g, '')
    .replace(/^[_.-]+/, '')
    .slice(0, 50);
  const base = program === '' ? 'run' : program;
  for (let number = 1; ; number++) {
    const name = number === 1 ? base : `${base}-${number}`;
    if (!taken.has(name)) return name;
  }
}
