/** A few hundred nodes. */
const LARGE_BYTES = 8 * 1024;
/** Two thousand nodes: above that, the optimizing compiler's work begins to pay. */
const HUGE_BYTES = 64 * 1024;

/** Whether it is worth while to prepare for a file of that size. */
export const isLarge = (bytes: number): boolean => bytes >= LARGE_BYTES;

/**
 * Before a large file is worked on by a command that ends with it: the program is over before functions have earned the optimizing
 * compiler's work, and nearly all objects live until then. So V8 optimizes nothing, of a huge file only what is called very
 * often, and lets its young generation grow at once: a third of the processor's time for a plan of a thousand nodes.
 */
export function prepareEngine(bytes: number): void {
  // V8 complains about flags that it does not know: only where these were tried, and where the module is at hand.
  if (!isLarge(bytes) || !/^v2[0-4]\./.test(process.version) || !('getBuiltinModule' in process)) return;
  const optimizer = bytes < HUGE_BYTES ? '--no-opt' : '--interrupt-budget=500000';
  process.getBuiltinModule('node:v8').setFlagsFromString(`${optimizer} --semi-space-growth-factor=16`);
}
