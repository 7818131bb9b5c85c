export const DEFAULT_NAME = 'default';

/** It is a file's name too: nothing in it leads out of a folder. */
export function isSandboxName(name: string): boolean {
  return /^[a-z][a-z0-9-]{0,62}$/.test(name);
}
