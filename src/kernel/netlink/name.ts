/** The name of a namespace, which either thread takes away. */
import { unlinkSync } from 'node:fs';
import { constants } from 'node:os';
import { unlink } from '../node-files/unlink.js';
import type { Outcome } from '../kernel.js';
import { errno, libc, SystemCallError } from './libc.js';
import { attempt } from './new-namespace.js';
import type { Going } from './orders.js';

const MNT_DETACH = 2;

/** Takes the name away. The namespace goes when nothing holds it any more. */
export function deleteName(path: string): Outcome {
  return attempt(() => {
    // EINVAL: not mounted, a stale file.
    if (libc.umount2(path, MNT_DETACH) < 0 && errno() !== constants.errno.EINVAL && errno() !== constants.errno.ENOENT) {
      throw new SystemCallError('umount', errno(), path);
    }
    try {
      unlinkSync(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  });
}

/** The link goes first: without the name nothing would tell of it. */
export function deleteNamed({ netns, path, files }: Going): Outcome {
  const unlinked: Outcome = files ? attempt(() => unlink(netns), 'netns-delete') : { ok: true };
  const outcome = deleteName(path);
  return outcome.ok ? unlinked : outcome;
}
