import type { Kernel } from '../kernel/kernel.js';
import { createNetlinkKernel } from '../kernel/netlink/adapter.js';
import type { Context } from './context.js';

/** For the tests of crashes: the program kills itself after so many operations. */
const KILL_AFTER = 'TOPO_TEST_KILL_AFTER';

export function openKernel(context: Context): Kernel {
  const killAfter = Number(context.env[KILL_AFTER] ?? '');
  return createNetlinkKernel(killAfter > 0 ? { killAfter } : {});
}
