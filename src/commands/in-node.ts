import { supervise } from '../sandbox/supervise.js';
import type { Context } from './context.js';

/** As shells say it. */
const NOT_FOUND = 127;

/** Runs a command in a namespace, or here, in our place; gives its exit status. */
export async function runInNetns(
  netns: string | null,
  command: readonly string[],
  context: Context,
  env: Context['env'] = context.env,
): Promise<number> {
  // `ip netns exec` also shows the namespace's /sys and the files of /etc/netns/NAME, and becomes the command.
  const [program, ...args] = netns === null ? command : ['ip', 'netns', 'exec', netns, ...command];
  try {
    return await supervise({ command: program!, args, env, receivers: (pid) => [pid] });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    context.stderr.write(`error: there is no program ${program!}\n`);
    return NOT_FOUND;
  }
}
