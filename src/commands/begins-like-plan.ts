import { closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import { BEGINNING_BYTES, OWN_DOCUMENT } from '../topology/decode.js';

/** Whatever its name is: a plan that was saved begins so, and no topology does. A pipe can be read once, and is a topology. */
export function beginsLikePlan(path: string): boolean {
  let fd: number | undefined;
  try {
    // Whoever writes to a pipe would find that its reader has gone.
    if (!statSync(path).isFile()) return false;
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const beginning = Buffer.alloc(BEGINNING_BYTES);
    const length = readSync(fd, beginning, 0, BEGINNING_BYTES, 0);
    return OWN_DOCUMENT.test(beginning.toString('latin1', 0, length));
  } catch {
    return false;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
