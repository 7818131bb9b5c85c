import { setTimeout as sleep } from 'node:timers/promises';
import { Log, processNames } from '../kernel/processes/logs.js';
import { DiagnosticError, type Diagnostic } from '../model/diagnostic.js';
import { didYouMean } from '../topology/suggest.js';
import type { Context } from './context.js';
import { locate } from './locate.js';
import type { LogsArguments } from './options.js';

const POLL_MS = 100;

/** The output of a node's processes; where there are several, each line begins with the name. */
export async function run(args: LogsArguments, context: Context): Promise<number> {
  const { lab, node } = locate(args.node, args.lab, context);
  const names = (): readonly string[] => processNames(lab, node).filter((name) => args.name === undefined || name === args.name);
  const all = processNames(lab, node);
  if (names().length === 0) throw new DiagnosticError([nothing(node, args.name, all)]);
  const logs = new Map<string, Log>();
  const prefixed = names().length > 1;
  const print = (name: string, lines: readonly string[]): void => {
    if (lines.length === 0) return;
    context.stdout.write(lines.map((line) => (prefixed ? `${name} | ${line}\n` : `${line}\n`)).join(''));
  };
  for (const name of names()) {
    const log = Log.of(lab, node, name);
    logs.set(name, log);
    const lines = [...log.read(), ...(args.follow ? [] : log.last())];
    print(name, args.tail === undefined ? lines : lines.slice(lines.length - Math.min(args.tail, lines.length)));
  }
  if (!args.follow) return 0;
  const interrupts = context.watchInterrupts();
  while (interrupts.signal === null && context.stdout.open) {
    await sleep(POLL_MS, undefined, { signal: interrupts.came }).catch(() => undefined);
    for (const name of names()) {
      const log = logs.get(name) ?? Log.of(lab, node, name);
      logs.set(name, log);
      print(name, log.read());
    }
  }
  return interrupts.status;
}

function nothing(node: string, name: string | undefined, all: readonly string[]): Diagnostic {
  if (name === undefined || all.length === 0) {
    return {
      code: 'no-processes',
      severity: 'error',
      message: `the node ${node} has no processes, and so no logs`,
      hint: 'its commands stand under run in the file; topo apply starts them',
    };
  }
  return {
    code: 'no-such-process',
    severity: 'error',
    message: `the node ${node} has no process ${name}`,
    hint: didYouMean(name, all) ?? `it has ${all.join(', ')}`,
  };
}
