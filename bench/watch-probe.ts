/**
 * Prints how long it takes until a `topo watch --repair` that runs has put right what this program does to nodes of a star, as
 * JSON: milliseconds by what was done, from the end of the system call that did it. `watch-probe.ts FIRST ROUNDS`: nodes from that
 * number on, one a round, that what is done to one is not taken for a struggle.
 */
import { readLink } from '../src/kernel/netlink/read-link.js';
import { createNetlinkKernel } from '../src/kernel/netlink/adapter.js';
import { Sessions } from '../src/kernel/netlink/sessions.js';
import { NETNS_DIRECTORY } from '../src/kernel/kernel.js';
import type { Operation } from '../src/model/operation.js';

const [first = 0, rounds = 1] = process.argv.slice(2).map(Number);
const DEADLINE_MS = 10_000;
/** Between two rounds: what a repair leads to is over by then. */
const REST_MS = 400;

interface Deed {
  readonly operation: (netns: string) => Operation;
  readonly isUndone: (link: ReturnType<typeof readLink>) => boolean;
}

const DEEDS: { readonly [name: string]: Deed } = {
  'an attribute of an interface in a node': {
    operation: (netns) => ({ op: 'link-set', netns, name: 'eth0', attributes: { mtu: 1400 } }),
    isUndone: (link) => link?.attributes['mtu'] === 1500,
  },
  'an interface of a node': {
    operation: (netns) => ({ op: 'link-delete', netns, name: 'eth0' }),
    isUndone: (link) => link !== null,
  },
};

const pause = (milliseconds: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);

async function measure(sessions: Sessions, node: number, { operation, isUndone }: Deed): Promise<number> {
  const netns = `star.n${node}`;
  const kernel = createNetlinkKernel();
  const [outcome] = await kernel.run([operation(netns)]);
  const start = performance.now();
  kernel.close();
  if (!outcome!.ok) throw new Error(outcome!.message);
  const session = sessions.get(netns);
  if (typeof session === 'string') throw new Error(`${netns}: ${session}`);
  while (!isUndone(readLink(session.socket, 'eth0'))) {
    if (performance.now() - start > DEADLINE_MS) throw new Error(`${netns} was not put right`);
    pause(0.3);
  }
  return performance.now() - start;
}

async function main(): Promise<void> {
  const sessions = new Sessions(NETNS_DIRECTORY);
  const results: Record<string, number[]> = {};
  let node = first;
  for (const [name, deed] of Object.entries(DEEDS)) {
    results[name] = [];
    for (let round = 0; round < rounds; round++) {
      pause(REST_MS);
      results[name].push(await measure(sessions, node++, deed));
    }
  }
  sessions.close();
  console.log(JSON.stringify(results));
}

void main();
