import { availableParallelism } from 'node:os';

const LARGE = 256;
/** Above that, the optimizing compiler's work begins to pay. */
const HUGE = 2048;

/** How many nodes a file may have: none is told in fewer bytes. */
export const nodesIn = ({ bytes }: { readonly bytes: Uint8Array }): number => bytes.length / 32;

/** Whether it is worth while to prepare for so many nodes. */
export const isLarge = (nodes: number): boolean => nodes >= LARGE;

/**
 * Before a large lab is worked on by a command that ends with it: the program is over before functions have earned the optimizing
 * compiler's work, and nearly all objects live until then. So V8 optimizes nothing, of a huge lab only what is called very
 * often, and lets its young generation grow at once: a quarter of the processor's time for a plan of a thousand nodes, and a tenth of what was left.
 * Of two processors the other one is the second thread's: objects are moved by one thread, which is a twentieth less than to wait for helpers.
 */
export function prepareEngine(nodes: number): void {
  // V8 complains about flags that it does not know: only where these were tried, and where the module is at hand.
  if (!isLarge(nodes) || !/^v2[0-4]\./.test(process.version) || !('getBuiltinModule' in process)) return;
  const optimizer = nodes < HUGE ? '--no-opt' : '--interrupt-budget=500000';
  const movers = availableParallelism() > 2 ? '' : ' --no-parallel-scavenge';
  process.getBuiltinModule('node:v8').setFlagsFromString(`${optimizer} --semi-space-growth-factor=16${movers}`);
}
