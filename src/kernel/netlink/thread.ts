/** The main thread's place: which network namespace it stands in, for a moment, synchronously. */
import { closeSync, openSync } from 'node:fs';
import { expect, libc } from './libc.js';

export const CLONE_NEWNET = 0x40000000;

/** The calling thread's namespace; `/proc/self` is the process's first thread. */
export const THREAD_NETNS = '/proc/thread-self/ns/net';

export class NetnsThread {
  private readonly home = openSync(THREAD_NETNS, 'r');

  /** Runs `body`, which may `enter` any number of namespaces; ends in the host's, whatever happens. Nothing may be awaited inside. */
  excursion<T>(body: (enter: (fd: number) => void) => T): T {
    try {
      return body((fd) => void expect('setns', libc.setns(fd, CLONE_NEWNET)));
    } finally {
      expect('setns', libc.setns(this.home, CLONE_NEWNET), 'back to the host');
    }
  }

  inside<T>(fd: number, body: () => T): T {
    return this.excursion((enter) => {
      enter(fd);
      return body();
    });
  }

  /** The host's namespace, for IFLA_NET_NS_FD. */
  get homeFd(): number {
    return this.home;
  }

  close(): void {
    closeSync(this.home);
  }
}

const F_DUPFD_CLOEXEC = 1030;

/**
 * The kernel's table of a process's files doubles as it fills up, and each time waits until no other thread can be looking at the old
 * one (`expand_files`); a file with a high number makes it grow once. `fd`: any that is open.
 */
export function growFileTable(fd: number, files: number): void {
  const high = libc.fcntl(fd, F_DUPFD_CLOEXEC, 'int', files);
  // Node did not open it, and would say so.
  if (high >= 0) libc.close(high);
}
