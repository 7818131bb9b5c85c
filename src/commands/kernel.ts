import { closeSync, openSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { withFaults } from '../kernel/faults.js';
import type { Kernel } from '../kernel/kernel.js';
import { runDirectoryProblem } from '../kernel/own-folder.js';
import { createNetlinkKernel, type NetlinkOptions } from '../kernel/netlink/adapter.js';
import { errno, libc } from '../kernel/netlink/libc.js';
import { filesOf, SecondThread } from '../kernel/netlink/orders.js';
import { CLONE_NEWNET, THREAD_NETNS } from '../kernel/netlink/thread.js';
import { DiagnosticError, type Diagnostic } from '../model/diagnostic.js';
import type { Context } from './context.js';
import { isLarge } from './engine.js';
import { SECOND_THREAD } from './second-thread.js';

/** For the tests of crashes: the program kills itself after so many operations. */
const KILL_AFTER = 'TOPO_TEST_KILL_AFTER';

/** For the tests of refusals: numbers of operations, with commas between. */
const REFUSE = 'TOPO_TEST_REFUSE';

/** The same of operations that break while they are done. */
const BREAK = 'TOPO_TEST_BREAK';

/** What another thread reads meanwhile, or the thread that helps. */
export type Help = Pick<NetlinkOptions, 'ahead' | 'second'>;

/** For a large lab, before its file is parsed: by the time the thread is wanted it has begun. */
export function beginHelp(nodes: number): Help {
  const second = isLarge(nodes) && SECOND_THREAD !== undefined ? SecondThread.start(SECOND_THREAD, filesOf(nodes)) : undefined;
  return second === undefined ? {} : { second };
}

export function openKernel(help: Help = {}): Kernel {
  refuseWithoutRights();
  refuseOthersFolder();
  return createNetlinkKernel({
    ...(SECOND_THREAD === undefined ? {} : { program: SECOND_THREAD }),
    ...help,
  });
}

/** What the environment asks for, around the kernel and whatever was put around it. */
export function withAskedFaults(kernel: Kernel, { env }: Context): Kernel {
  const killAfter = Number(env[KILL_AFTER] ?? '');
  const numbers = (name: string): readonly number[] => (env[name] ?? '').split(',').filter(Boolean).map(Number);
  return withFaults(kernel, { ...(killAfter > 0 ? { killAfter } : {}), refuse: numbers(REFUSE), break: numbers(BREAK) });
}

/** What stands in there is believed: which processes are the lab's, and are ended. */
function refuseOthersFolder(): void {
  const problem = runDirectoryProblem();
  if (problem === null) return;
  const hint = 'it is where topo keeps what is not in the kernel: find out who made it, and remove it';
  throw new DiagnosticError([{ code: 'unsafe-folder', severity: 'error', message: problem, hint }]);
}

/**
 * Entering a network namespace, even one's own, takes CAP_SYS_ADMIN (setns(2)): to look at nodes as well as to change them.
 * Changing it, and reading its rules, takes CAP_NET_ADMIN; a container's root may be without either.
 */
function refuseWithoutRights(): void {
  const home = openSync(THREAD_NETNS, 'r');
  const result = libc.setns(home, CLONE_NEWNET);
  const denied = result < 0 && errno() === constants.errno.EPERM;
  closeSync(home);
  const lacking = [...(denied ? ['CAP_SYS_ADMIN'] : []), ...(hasNetAdmin() ? [] : ['CAP_NET_ADMIN'])];
  if (lacking.length === 0) return;
  throw new DiagnosticError([process.geteuid?.() === 0 ? powerlessRoot(lacking) : NO_ROOT]);
}

const NO_ROOT: Diagnostic = {
  code: 'no-root',
  severity: 'error',
  message: 'only root may look into the network namespaces of this machine',
  hint: 'run topo as root; --sandbox does without',
};

/** In a container, or in a user namespace whose network is another one's. */
function powerlessRoot(lacking: readonly string[]): Diagnostic {
  return {
    code: 'no-root',
    severity: 'error',
    message: `topo runs as root, but without ${lacking.join(' and ')} over the network of this machine`,
    hint: 'give a container the right (docker run --privileged), or run topo on the machine itself; --sandbox does without where the kernel lets users have namespaces',
  };
}

const CAP_NET_ADMIN = 12n;

/** Of the thread, in its own user namespace: whether that is the network's, `setns` tells. */
function hasNetAdmin(): boolean {
  const effective = /^CapEff:\s*([\da-f]+)$/m.exec(readFileSync('/proc/thread-self/status', 'utf8'))?.[1] ?? '0';
  return ((BigInt(`0x${effective}`) >> CAP_NET_ADMIN) & 1n) === 1n;
}
