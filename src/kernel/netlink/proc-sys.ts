/** Files of /proc/sys, in the network namespace where the thread stands. */
import { constants } from 'node:os';
import { readFileSync, writeFileSync } from 'node:fs';

/**
 * sysctl(8): the first separator decides. Dots separate and a slash within a part stands for a dot
 * (`net.ipv4.conf.eth0/1.forwarding`), or slashes separate and dots are dots. Null for what leaves /proc/sys.
 */
export function sysctlPath(key: string): string | null {
  const slashes = key[key.search(/[./]/)] === '/';
  const path = slashes ? key : key.replace(/[./]/g, (separator) => (separator === '.' ? '/' : '.'));
  const parts = path.split('/');
  return parts.some((part) => part === '' || part === '.' || part === '..') ? null : `/proc/sys/${path}`;
}

/** Trimmed, white space folded; null if there is no such key or it cannot be read. */
export function readSysctl(key: string): string | null {
  const path = sysctlPath(key);
  if (path === null) return null;
  try {
    return readFileSync(path, 'utf8').trim().replace(/\s+/g, ' ');
  } catch {
    return null;
  }
}

/** 0, or the errno. */
export function writeSysctl(key: string, value: string): number {
  const path = sysctlPath(key);
  if (path === null) return constants.errno.ENOENT;
  try {
    writeFileSync(path, `${value}\n`, { flag: 'r+' });
    return 0;
  } catch (error) {
    return -((error as NodeJS.ErrnoException).errno ?? -constants.errno.EIO);
  }
}
