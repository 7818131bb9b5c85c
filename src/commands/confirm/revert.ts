import { deserialize } from 'node:v8';
import { type Basis, readBasis, takeBack } from '../../apply/pending.js';
import { runtimeOf } from '../../model/lo-marks.js';
import type { Event } from '../../model/event.js';
import { withRuntime } from '../container-kernel.js';
import type { Context } from '../context.js';
import { openKernel } from '../kernel.js';

const NO_CONTAINERS = { names: [], images: [] } as const;

/** Makes the machine what it was; whoever calls this has the lock. True: it is. */
export async function* revert(lab: string, context: Context): AsyncGenerator<Event, boolean> {
  const stored = readBasis(lab);
  if (stored === null) throw new Error(`what the lab ${lab} was before is not known`);
  const { former, wanted, runtime } = deserialize(stored) as Basis;
  const before = runtimeOf(former.observation.host.links.find(({ name }) => name === 'lo')?.altnames ?? [], lab);
  // Containers that what was applied does not have may have to come back.
  const containers = wanted.observe.containers ?? (before === null ? undefined : NO_CONTAINERS);
  const asked = { ...wanted, observe: { ...wanted.observe, ...(containers === undefined ? {} : { containers }) } };
  const kernel = await withRuntime(openKernel(), asked, { runtime: runtime ?? before ?? undefined }, context);
  try {
    const { rollBack } = await import('../../apply/rollback.js');
    const isBack = (yield* rollBack({ kernel, former, wanted })) === 'back';
    // What is not back yet can be tried again.
    if (isBack) takeBack(lab);
    return isBack;
  } finally {
    kernel.close();
  }
}
