import type { Context } from './context.js';
import type { ShowArguments } from './options.js';

export function run(_args: ShowArguments, _context: Context): Promise<number> {
  throw new Error('show is not built yet');
}
