import type { Context } from './context.js';
import type { ExecArguments } from './options.js';

export function run(_args: ExecArguments, _context: Context): Promise<number> {
  throw new Error('exec is not built yet');
}
