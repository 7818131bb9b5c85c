import type { Context } from './context.js';
import type { ApplyArguments } from './options.js';

export function run(_args: ApplyArguments, _context: Context): Promise<number> {
  throw new Error('apply is not built yet');
}
