/** Who keeps a namespace alive that has no name any more. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import type { HeldNetns } from '../kernel.js';

export interface Leaving {
  readonly netns: string;
  /** Of the namespace: what /proc/PID/ns/net shows. */
  readonly inode: number;
}

/** Who is in each. A namespace held by a file or a socket alone has no process in it. */
export function holders(leaving: readonly Leaving[]): readonly HeldNetns[] {
  if (leaving.length === 0) return [];
  const held = new Map(leaving.map(({ netns, inode }) => [inode, { netns, processes: [] as { pid: number; command: string }[] }]));
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      held.get(statSync(`/proc/${pid}/ns/net`).ino)?.processes.push({ pid: Number(pid), command: commandLine(pid) });
    } catch {
      // It has ended meanwhile, or is a zombie.
    }
  }
  return [...held.values()];
}

/** Of a process that is there. */
export function commandLine(pid: string): string {
  const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  return line === '' ? readFileSync(`/proc/${pid}/comm`, 'utf8').trim() : line;
}
