import type { Context } from './context.js';
import type { SandboxListArguments, SandboxRemoveArguments } from './options.js';

export function list(_args: SandboxListArguments, _context: Context): Promise<number> {
  throw new Error('sandbox ls is not built yet');
}

export function remove(_args: SandboxRemoveArguments, _context: Context): Promise<number> {
  throw new Error('sandbox rm is not built yet');
}
