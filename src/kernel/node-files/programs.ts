import { accessSync, constants } from 'node:fs';
import { PATH } from '../processes/script.js';

/** Where topo's processes look for it. */
export function isInstalled(program: string): boolean {
  return PATH.split(':').some((folder) => {
    try {
      accessSync(`${folder}/${program}`, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
