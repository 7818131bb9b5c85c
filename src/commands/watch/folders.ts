/** Tells of names that come, go or change in folders (inotify(7)). */
import { statSync, watch, type FSWatcher } from 'node:fs';

interface Watched {
  readonly inode: number;
  readonly watcher: FSWatcher;
}

/** `name` is null where the system does not say. */
export type Heard = (folder: string, name: string | null) => void;

export class Folders {
  private readonly watched = new Map<string, Watched>();

  constructor(private readonly heard: Heard) {}

  /**
   * Hears of these folders and of no others; of those that do not exist, or not any more, from the next call on at which they do.
   * Gives those that are heard of only from now on.
   */
  attend(folders: ReadonlySet<string>): readonly string[] {
    for (const [folder, { inode, watcher }] of this.watched) {
      if (folders.has(folder) && inodeOf(folder) === inode) continue;
      watcher.close();
      this.watched.delete(folder);
    }
    const anew = [...folders].filter((folder) => !this.watched.has(folder));
    return anew.filter((folder) => this.begin(folder));
  }

  private begin(folder: string): boolean {
    const inode = inodeOf(folder);
    if (inode === null) return false;
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => this.heard(folder, name));
      watcher.on('error', () => this.heard(folder, null));
      this.watched.set(folder, { inode, watcher });
      return true;
    } catch (error) {
      // Gone since, or one too many (fs.inotify.max_user_watches): what is read from time to time finds it too.
      if (!['ENOENT', 'ENOTDIR', 'ENOSPC', 'EMFILE', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      return false;
    }
  }

  close(): void {
    for (const { watcher } of this.watched.values()) watcher.close();
    this.watched.clear();
  }
}

function inodeOf(folder: string): number | null {
  try {
    const stat = statSync(folder);
    return stat.isDirectory() ? stat.ino : null;
  } catch {
    return null;
  }
}
