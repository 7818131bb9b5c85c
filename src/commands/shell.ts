import { HOST } from '../model/state.js';
import type { Context } from './context.js';
import { runInNetns } from './in-node.js';
import type { ShellArguments } from './options.js';

export async function run(args: ShellArguments, context: Context): Promise<number> {
  const { locate, locateContainer } = await import('./locate.js');
  // Whatever shell this machine's user has, a container need not have it.
  if (args.inContainer) return locateContainer(args, ['sh'], context);
  const place = args.node === HOST ? null : locate(args.node, args.lab, context);
  const title = place === null ? HOST : `${place.lab}.${place.node}`;
  const shell = context.env['SHELL'] ?? '/bin/sh';
  return runInNetns(place?.netns ?? HOST, [shell], context, { ...context.env, ...prompt(shell, title) });
}

/** Bash sets its own prompt from its files, so it is told to change that before the first one; others take it as it is. */
function prompt(shell: string, title: string): { readonly [name: string]: string } {
  const both = { TOPO_NODE: title };
  return shell.endsWith('/bash')
    ? { ...both, PROMPT_COMMAND: 'PS1="($TOPO_NODE) $PS1"; unset PROMPT_COMMAND' }
    : { ...both, PS1: `(${title}) # ` };
}
