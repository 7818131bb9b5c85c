/** The kernel by netlink, in this process. */
import { runtimeOf } from '../../model/lo-marks.js';
import type { Operation } from '../../model/operation.js';
import { HOST } from '../../model/state.js';
import { NETNS_DIRECTORY, type Kernel, type Outcome } from '../kernel.js';
import type { LookingAhead } from './ahead.js';
import { waitForLinks } from './carriers.js';
import { check } from './check.js';
import { Departures } from './departures.js';
import { observe, observeNodes } from './observe.js';
import { observeLabs } from './observe-labs.js';
import { LeftNamespaces } from './left.js';
import { observeAgain } from './observe-again.js';
import { dumpNetns } from './observe-netns.js';
import { readLink } from './read-link.js';
import type { SecondThread } from './orders.js';
import { prepare, type Prepared } from './prepared.js';
import { Runner } from './runner.js';
import { Sessions } from './sessions.js';
import { THREAD_NETNS } from './thread.js';

export interface NetlinkOptions {
  /** Where namespaces have their names; `ip netns` looks in /run/netns. */
  readonly netnsDir?: string;
  /** The file of `second-thread.ts`, bundled: many namespaces are read by two threads. */
  readonly program?: string;
  /** It runs already: they are made by both, too. */
  readonly second?: SecondThread;
  /** What another thread reads already: for those who only look, and look once. */
  readonly ahead?: LookingAhead;
}

export function createNetlinkKernel(options: NetlinkOptions = {}): Kernel {
  const sessions = new Sessions(options.netnsDir ?? NETNS_DIRECTORY);
  let departures: Departures | null = null;
  /** Made by this process. */
  const bridges: { readonly netns: string; readonly name: string }[] = [];
  /** Whether the kernel has them, of those that were asked for. */
  const parts = new Map<string, boolean>();
  const prepared: Prepared = { runProcesses: null, goesOn: null, encodeRestore: null };
  const left = new LeftNamespaces(sessions, options);
  const runAll = async (operations: readonly Operation[]): Promise<readonly Outcome[]> => {
    try {
      const leaving = () => (departures ??= new Departures(sessions.host().socket));
      const outcomes = await new Runner(sessions, leaving, prepared, options.second).run(operations);
      for (const [i, operation] of operations.entries())
        if (outcomes[i]!.ok && operation.op === 'link-add' && operation.type === 'bridge') bridges.push(operation);
      return outcomes;
    } finally {
      sessions.closeFiles();
    }
  };
  return {
    observe: (scope, nodes) =>
      observe(sessions, scope, nodes, nodes === undefined ? (options.ahead ?? left.ahead({ host: true })) : undefined),
    observeNodes: (scope) => observeNodes(sessions, scope, left.ahead({ host: false })),
    observeAgain: (scope, seen, changed) => observeAgain(sessions, scope, seen, changed),
    labs: () => observeLabs(sessions),
    look: (where) => sessions.look('pid' in where ? `/proc/${where.pid}/ns/net` : fileOf(sessions, where.netns), dumpNetns),
    runtimeOf: (lab) => runtimeOf(options.ahead?.hostAltnames ?? readLink(sessions.host().socket, 'lo')?.altnames ?? [], lab),
    check: (operations) => check(sessions, parts, operations),
    prepare: (operations) => prepare(prepared, operations),
    keep: async (request) => (await import('./keep.js')).keep(sessions, request),
    run: (operations) => {
      left.change(operations);
      return runAll(operations);
    },
    leave: (namespaces) => left.add(namespaces),
    goesOn: (operations) => operations.map((operation) => prepared.goesOn?.(operation) ?? { ok: true }),
    execute: async function* (operation, stop) {
      left.change([operation]);
      const { execute } = await import('../processes/execute.js');
      const outcome = yield* execute(operation, stop);
      const { netns, altname } = operation;
      return outcome.ok ? (await runAll([{ op: 'altname-add', netns, name: 'lo', altname }]))[0]! : outcome;
    },
    settle: async (timeoutMs) => (await departures?.settle(timeoutMs)) ?? [],
    waitForLinks: async (timeoutMs) => {
      const seen = sessions.all().flatMap(({ socket, idle }) => idle.map((name) => ({ socket, name })));
      const made = bridges.flatMap(({ netns, name }) => {
        const session = sessions.get(netns);
        return typeof session === 'string' ? [] : [{ socket: session.socket, name }];
      });
      await waitForLinks([...seen, ...made], timeoutMs);
    },
    close: () => {
      departures?.close();
      sessions.close();
      options.second?.close();
    },
  };
}

const fileOf = (sessions: Sessions, netns: string): string => (netns === HOST ? THREAD_NETNS : sessions.path(netns));
