import { existsSync } from 'node:fs';
import { hostNameFile, withHostName } from '../kernel/node-files/host-name.js';
import { HOST } from '../model/state.js';
import { supervise } from '../sandbox/supervise.js';
import type { Context } from './context.js';
import { NOT_FOUND, whyNot } from '../kernel/program-file.js';

/** Runs a command in a namespace, in our place; gives its exit status, or what a shell gives for one that cannot run. */
export async function runInNetns(
  netns: string,
  command: readonly string[],
  context: Context,
  env: Context['env'] = context.env,
): Promise<number> {
  // Looked for here, for `ip netns exec` has a status of its own for it.
  const problem = whyNot(command[0]!, env['PATH']);
  if (problem !== null) return tell(command[0]!, problem, context);
  // `ip netns exec` also shows the namespace's /sys and the files of /etc/netns/NAME, and becomes the command.
  const [program, ...args] = netns === HOST ? command : ['ip', 'netns', 'exec', netns, ...named(netns, command)];
  try {
    return await supervise({ command: program!, args, env, receivers: (pid) => [pid] });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return tell(program!, NOT_FOUND, context);
  }
}

/** With the node's own host name, if it has one. */
function named(netns: string, command: readonly string[]): readonly string[] {
  return existsSync(hostNameFile(netns)) ? [...withHostName(netns), ...command] : command;
}

function tell(program: string, status: number, context: Context): number {
  context.stderr.write(`error: ${status === NOT_FOUND ? `there is no program ${program}` : `${program} cannot be run`}\n`);
  return status;
}
