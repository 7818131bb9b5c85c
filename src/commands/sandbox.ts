import { registryFolder } from '../sandbox/folder.js';
import { all, type Sandbox } from '../sandbox/registry.js';
import { removeSandbox } from '../sandbox/remove.js';
import type { Context } from './context.js';
import type { SandboxListArguments, SandboxRemoveArguments } from './options.js';

export function list(args: SandboxListArguments, context: Context): Promise<number> {
  const sandboxes = all(folderOf(context));
  context.stdout.write(args.json ? `${JSON.stringify({ sandboxes }, null, 2)}\n` : table(sandboxes));
  return Promise.resolve(0);
}

export async function remove(args: SandboxRemoveArguments, context: Context): Promise<number> {
  let status = 0;
  for (const name of args.names) {
    if (await removeSandbox(folderOf(context), name)) {
      if (!args.quiet) context.stderr.write(`sandbox ${name} removed\n`);
    } else {
      context.stderr.write(`error: there is no sandbox ${JSON.stringify(name)}\n  topo sandbox ls lists them\n`);
      status = 1;
    }
  }
  return status;
}

function folderOf(context: Context): string {
  return registryFolder(context.env, process.getuid!());
}

function table(sandboxes: readonly Sandbox[]): string {
  if (sandboxes.length === 0) return '';
  const width = Math.max('NAME'.length, ...sandboxes.map(({ name }) => name.length));
  const rows = sandboxes.map(({ name, pid, started }) => [name, String(pid), started] as const);
  return [['NAME', 'PID', 'STARTED'] as const, ...rows]
    .map(([name, pid, started]) => `${name.padEnd(width)}  ${pid.padEnd(7)}  ${started}\n`)
    .join('');
}
