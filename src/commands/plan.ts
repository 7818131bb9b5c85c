import type { Context } from './context.js';
import type { PlanArguments } from './options.js';

export function run(_args: PlanArguments, _context: Context): Promise<number> {
  throw new Error('plan is not built yet');
}
