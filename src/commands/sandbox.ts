import { sandboxesOf, sandboxesText } from '../report/sandboxes.js';
import { registryFolder } from '../sandbox/folder.js';
import { all } from '../sandbox/registry.js';
import { removeSandbox } from '../sandbox/remove.js';
import type { Context } from './context.js';
import type { SandboxListArguments, SandboxRemoveArguments } from './options.js';

export function list(args: SandboxListArguments, context: Context): Promise<number> {
  const document = sandboxesOf(all(folderOf(context)));
  context.stdout.write(args.json ? `${JSON.stringify(document)}\n` : sandboxesText(document));
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
