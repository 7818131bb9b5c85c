/** In many containers /proc/sys cannot be written: what an apply will want to write there is known before its first change. */
import { accessSync, constants } from 'node:fs';
import { HOST } from '../../model/state.js';
import type { Outcome } from '../kernel.js';
import type { Setting } from './forwarding.js';
import { readSysctl } from './proc-sys.js';
import { refused } from './refusal.js';
import type { Sessions } from './sessions.js';

/** Any of the files will do: it is a matter of the mount. */
const ANY = '/proc/sys/net/ipv4/ip_forward';

export function cannotBeWritten(): boolean {
  try {
    accessSync(ANY, constants.W_OK);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EROFS';
  }
}

/** Null: it has the value already, or nobody knows yet. */
export function refusedSetting(sessions: Sessions, netns: string, { key, value }: Setting): Outcome | null {
  const isThere = typeof sessions.get(netns) !== 'string';
  const usual = key.replace(OF_INTERFACE, '$1default$2');
  // A setting of a whole namespace that is still to come is the kernel's business.
  if (!isThere && usual === key) return null;
  const current = sessions.inside(isThere ? netns : HOST, () => (isThere ? readSysctl(key) : null) ?? readSysctl(usual));
  return current === null || current === value ? null : refused('sysctl-set', 'EROFS');
}

/** A new interface takes over what `default` has. */
const OF_INTERFACE = /^(net\.ipv[46]\.(?:conf|neigh)\.).+(\.\w+)$/;
