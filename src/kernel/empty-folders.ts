import { removeEmptySets } from './node-files/write.js';
import { removeEmptyFolders } from './processes/record.js';
import { removeLeftTurn } from './processes/turn.js';

/** Folders of the lab's that a program which was killed has left without what was in them. Whoever calls has the lock of the machine. */
export function removeEmpty(lab: string): void {
  removeEmptyFolders(lab);
  removeLeftTurn();
  removeEmptySets(lab);
}
