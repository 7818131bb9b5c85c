import type { Plan } from '../model/plan.js';
import type { Sources } from '../model/diagnostic.js';
import type { Context } from './context.js';

/** What the plan warns of, on standard error. */
export async function printWarnings({ warnings = [] }: Plan, sources: Sources, context: Context): Promise<void> {
  if (warnings.length === 0) return;
  const { formatDiagnostics } = await import('../report/diagnostics.js');
  context.stderr.write(`${formatDiagnostics(warnings, sources, { color: context.stderrColor })}\n`);
}
