import type { Context } from './context.js';
import type { ListArguments } from './options.js';

export function run(_args: ListArguments, _context: Context): Promise<number> {
  throw new Error('list is not built yet');
}
