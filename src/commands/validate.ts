import type { Context } from './context.js';
import type { ValidateArguments } from './options.js';

export function run(_args: ValidateArguments, _context: Context): Promise<number> {
  throw new Error('validate is not built yet');
}
