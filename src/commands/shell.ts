import type { Context } from './context.js';
import type { ShellArguments } from './options.js';

export function run(_args: ShellArguments, _context: Context): Promise<number> {
  throw new Error('shell is not built yet');
}
