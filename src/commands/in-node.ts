import { supervise } from '../sandbox/supervise.js';
import type { Context } from './context.js';

/** Runs a command in a namespace, in our place; gives its exit status. */
export function runInNetns(
  netns: string | null,
  command: readonly string[],
  context: Context,
  env: Context['env'] = context.env,
): Promise<number> {
  // `ip netns exec` also shows the namespace's /sys and the files of /etc/netns/NAME, and becomes the command.
  const [program, ...args] = netns === null ? command : ['ip', 'netns', 'exec', netns, ...command];
  return supervise({ command: program!, args, env, receivers: (pid) => [pid] });
}
