import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';

/** As shells say it: the command is not there, or cannot be run. */
export const NOT_FOUND = 127;
export const NOT_EXECUTABLE = 126;

/** Why a command cannot be started, as execvp(3) would look for it; null if it can. */
export function whyNot(program: string, path = '/usr/local/bin:/usr/bin:/bin'): typeof NOT_FOUND | typeof NOT_EXECUTABLE | null {
  const places = program.includes('/') ? [program] : path.split(':').map((folder) => join(folder, program));
  const found = places.map(look);
  if (found.includes(null)) return null;
  return found.includes(NOT_EXECUTABLE) ? NOT_EXECUTABLE : NOT_FOUND;
}

function look(file: string): ReturnType<typeof whyNot> {
  try {
    if (!statSync(file).isFile()) return NOT_EXECUTABLE;
    accessSync(file, constants.X_OK);
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES' ? NOT_EXECUTABLE : NOT_FOUND;
  }
}
