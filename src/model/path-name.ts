/**
 * Letters, digits and `_.@+-`: one folder or file, no way up, and no option of a command. A dot may come first: so do the
 * files of nodes that are on no network and have settings of their own.
 */
const PLAIN = /^\.?[A-Za-z0-9_@][A-Za-z0-9_.@+-]{0,253}$/;

export const isPathName = (name: string): boolean => PLAIN.test(name);

/**
 * The name, which is going to be a part of a path below topo's folders. What a file may say is checked where it is read; a name
 * that comes here in another way and leads out of its folder is a broken invariant.
 */
export function pathName(name: string): string {
  if (!isPathName(name)) throw new RangeError(`not the name of a file or folder of topo's: ${JSON.stringify(name)}`);
  return name;
}

/** The name of whatever may stand in a folder: it leads nowhere else. */
export function entryName(name: string): string {
  if (name === '' || name === '.' || name === '..' || /[/\0]/.test(name))
    throw new RangeError(`not the name of an entry: ${JSON.stringify(name)}`);
  return name;
}
