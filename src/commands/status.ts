import type { Context } from './context.js';
import type { StatusArguments } from './options.js';

export function run(_args: StatusArguments, _context: Context): Promise<number> {
  throw new Error('status is not built yet');
}
