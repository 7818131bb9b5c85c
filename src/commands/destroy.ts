import type { Context } from './context.js';
import type { DestroyArguments } from './options.js';

export function run(_args: DestroyArguments, _context: Context): Promise<number> {
  throw new Error('destroy is not built yet');
}
