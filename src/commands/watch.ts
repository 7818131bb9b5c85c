import { listen } from '../kernel/netlink/listen.js';
import { NETNS_DIRECTORY } from '../kernel/kernel.js';
import { DiagnosticError } from '../model/diagnostic.js';
import type { Context } from './context.js';
import { openKernel } from './kernel.js';
import type { WatchArguments } from './options.js';
import { Loop } from './watch/loop.js';
import { Outlet } from './watch/outlet.js';
import { Sources } from './watch/sources.js';

/** For the tests of what is lost: bytes of the receive buffers. */
const BUFFER = 'TOPO_TEST_RECEIVE_BUFFER';

/** Goes on until a signal ends it; gives 130 or 143. */
export async function run(args: WatchArguments, context: Context): Promise<number> {
  if (args.prune && !args.repair) throw conflict();
  const interrupts = context.watchInterrupts();
  // Says so if there are no rights.
  openKernel().close();
  const sources = new Sources(args.file, context);
  const outlet = new Outlet(args, context, () => sources.texts());
  const bufferBytes = Number(context.env[BUFFER] ?? '');
  const listener = listen({ netnsDir: NETNS_DIRECTORY, ...(bufferBytes > 0 ? { bufferBytes } : {}) });
  const loop = new Loop(sources, listener, outlet, args, context, interrupts);
  interrupts.came.addEventListener('abort', () => loop.wake());
  process.on('SIGHUP', () => loop.reload());
  try {
    await loop.run(await outlet.open());
    if (interrupts.signal !== null) outlet.tell({ type: 'stopped', signal: interrupts.signal });
    return interrupts.status;
  } finally {
    await outlet.close();
    await listener.close();
  }
}

function conflict(): DiagnosticError {
  const message = '--prune destroys what no file asks for any more, and without --repair nothing is changed';
  return new DiagnosticError([{ code: 'conflicting-arguments', severity: 'error', message, hint: 'add --repair, or leave out --prune' }]);
}
