/** The files that are watched: which there are, and what each said when it could be read last. */
import { readdirSync, realpathSync, statSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DiagnosticError, type Diagnostic } from '../../model/diagnostic.js';
import type { WatchEvent } from '../../model/watch-event.js';
import { topologiesAmong } from '../../topology/find.js';
import type { TopologyFile } from '../../topology/load.js';
import type { Context } from '../context.js';
import { checkAgain, type Lab } from '../lab.js';
import { readTopologyFile } from '../read-file.js';
import { findGit, headOf, isBusy, type GitFolder, type Head } from './git-head.js';

/** What an editor or Git takes away comes back at once, if it comes back. */
const GONE_MS = 1000;

export interface Source {
  /** As the user would name it. */
  readonly file: string;
  bytes: Uint8Array;
  /** What it includes, and the bytes of all that. */
  included: readonly string[];
  includedBytes: Uint8Array;
  /** Of the last that was valid; null: there was none yet. */
  lab: Lab | null;
  /** When it was first missed; null: it is there. */
  goneSince: number | null;
  isMissingTold: boolean;
}

export interface Reloaded {
  readonly events: readonly WatchEvent[];
  /** Sources that say something else than before. */
  readonly changed: ReadonlySet<Source>;
  /** Sources whose files are gone for good. */
  readonly gone: readonly Source[];
  /** When to look again; null: when something is heard. */
  readonly wakeAt: number | null;
}

export class Sources {
  private readonly sources = new Map<string, Source>();
  private readonly directory: string | null;
  private readonly texts_ = new Map<string, string>();
  private gits: readonly { readonly git: GitFolder; head: Head }[] = [];

  constructor(
    private readonly argument: string | undefined,
    private readonly context: Context,
  ) {
    this.directory = argument === undefined ? '.' : isDirectory(resolve(context.cwd, argument)) ? argument : null;
  }

  private all(): readonly Source[] {
    return [...this.sources.values()];
  }

  get isDirectory(): boolean {
    return this.directory !== null;
  }

  /** For excerpts in messages, by the names of files. */
  texts(): ReadonlyMap<string, string> {
    return this.texts_;
  }

  /** For the first time: a single file has to be valid. */
  start(): Reloaded {
    if (this.directory === null || this.argument === undefined) this.refuseWrong();
    const reloaded = this.readAll(0);
    this.gits = this.findGits();
    return reloaded;
  }

  private refuseWrong(): void {
    const names = this.names();
    // Says what is missing.
    const only = names.length === 0 ? readTopologyFile(this.argument, this.context) : read(names[0]!, this.context);
    if (names.length > 1) return;
    const { lab, diagnostics, sources } = checkAgain(only, this.context);
    if (lab === null) throw new DiagnosticError(diagnostics, sources);
  }

  private names(): readonly string[] {
    const { directory } = this;
    if (directory === null) return [this.argument!];
    const own = topologiesAmong(this.list(directory));
    if (own.length > 0) return own.map((name) => joined(directory, name));
    const folders = this.list(directory).filter((name) => !name.startsWith('.') && this.isFolder(joined(directory, name)));
    return folders.flatMap((folder) =>
      topologiesAmong(this.list(joined(directory, folder))).map((name) => joined(directory, `${folder}/${name}`)),
    );
  }

  private list(folder: string): readonly string[] {
    try {
      return readdirSync(resolve(this.context.cwd, folder)).sort();
    } catch {
      return [];
    }
  }

  private readonly isFolder = (path: string): boolean => isDirectory(resolve(this.context.cwd, path));

  /** Reads all of them. While Git is writing the working tree, or somebody one of the files, nothing is read. */
  reload(now: number): Reloaded {
    const isBeingWritten =
      this.gits.some(({ git }) => isBusy(git)) || this.all().some(({ file, included }) => [file, ...included].some(this.isFresh));
    return isBeingWritten ? { events: [], changed: new Set(), gone: [], wakeAt: now + BUSY_MS } : this.readAll(now);
  }

  private readonly isFresh = (file: string): boolean => isFresh(resolve(this.context.cwd, file));

  private readAll(now: number): Reloaded {
    const events: WatchEvent[] = this.revisions();
    const changed = new Set<Source>();
    const names = this.names();
    for (const file of names) {
      const source = this.sources.get(file) ?? {
        file,
        bytes: NOTHING,
        included: [],
        includedBytes: NOTHING,
        lab: null,
        goneSince: null,
        isMissingTold: false,
      };
      this.sources.set(file, source);
      if (this.readOne(source, events, now)) changed.add(source);
    }
    const gone: Source[] = [];
    for (const source of this.sources.values()) {
      if (!names.includes(source.file)) source.goneSince ??= now;
      if (source.goneSince === null || now - source.goneSince < GONE_MS) continue;
      if (this.directory !== null) this.sources.delete(source.file);
      if (!source.isMissingTold) gone.push(source);
      source.isMissingTold = true;
    }
    const waiting = this.all().flatMap(({ goneSince, isMissingTold }) =>
      goneSince === null || isMissingTold ? [] : [goneSince + GONE_MS],
    );
    return { events, changed, gone, wakeAt: waiting.length === 0 ? null : Math.min(...waiting) };
  }

  /** True: it says something else than before, and that is valid. */
  private readOne(source: Source, events: WatchEvent[], now: number): boolean {
    let file: TopologyFile;
    try {
      file = read(source.file, this.context);
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      source.goneSince ??= now;
      return false;
    }
    const isBack = source.isMissingTold;
    source.goneSince = null;
    source.isMissingTold = false;
    const isSame =
      Buffer.compare(file.bytes, source.bytes) === 0 && Buffer.compare(this.bytesOf(source.included), source.includedBytes) === 0;
    if (!isBack && isSame) return false;
    source.bytes = file.bytes;
    const { lab, diagnostics, sources, included } = checkAgain(file, this.context);
    Object.assign(source, { included, includedBytes: this.bytesOf(included) });
    for (const name of [file.file, ...included]) this.texts_.set(name, sources.get(name) ?? '');
    const name = (lab ?? source.lab)?.wanted.state.lab ?? null;
    events.push({ type: 'file', file: source.file, lab: name, state: lab === null ? 'invalid' : 'changed', diagnostics });
    if (lab !== null) source.lab = lab;
    return lab !== null;
  }

  /** A file that is gone is another state than one that is empty. */
  private bytesOf(files: readonly string[]): Uint8Array {
    const contents = files.map((file) => readIfThere(resolve(this.context.cwd, file)) ?? Buffer.from([0]));
    return contents.length === 0 ? NOTHING : Buffer.concat(contents);
  }

  private findGits(): readonly { readonly git: GitFolder; head: Head }[] {
    const found = new Map<string, GitFolder>();
    for (const folder of this.foldersOfFiles()) {
      const git = findGit(folder);
      if (git !== null) found.set(git.folder, git);
    }
    return [...found.values()].map((git) => ({ git, head: headOf(git) }));
  }

  private revisions(): WatchEvent[] {
    return this.gits.flatMap((one) => {
      const head = headOf(one.git);
      if (head.commit === one.head.commit && head.branch === one.head.branch) return [];
      one.head = head;
      return [{ type: 'revision' as const, repository: one.git.root, ...head }];
    });
  }

  private foldersOfFiles(): readonly string[] {
    const { cwd } = this.context;
    const files = [...this.sources.values()]
      .flatMap(({ file, included }) => [file, ...included])
      .map((file) => dirname(resolve(cwd, file)));
    return this.directory === null ? files : [resolve(cwd, this.directory), ...files];
  }

  /** Whether what has happened to that name in that folder may matter. */
  isAbout(folder: string, name: string | null): boolean {
    if (this.own.has(folder)) return true;
    return name === null || this.own.has(`${folder === '/' ? '' : folder}/${name}`);
  }

  private own: ReadonlySet<string> = new Set();

  /** Where something may happen to them. */
  folders(): ReadonlySet<string> {
    const folders = this.foldersOfFiles();
    const below = this.directory === null ? [] : this.list(this.directory).map((name) => joined(this.directory!, name));
    const links = [...this.sources.keys()].map((file) => dirname(realPath(resolve(this.context.cwd, file))));
    this.own = new Set([
      ...folders,
      ...links,
      ...below
        .filter((path) => !path.split('/').at(-1)!.startsWith('.') && this.isFolder(path))
        .map((path) => resolve(this.context.cwd, path)),
      ...this.gits.map(({ git }) => git.folder),
    ]);
    return new Set([...this.own, ...folders.map((folder) => dirname(folder))]);
  }
}

function readIfThere(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}

const NOTHING = new Uint8Array();
const BUSY_MS = 50;

const read = (file: string, context: Context): TopologyFile => readTopologyFile(file, context);
const joined = (folder: string, name: string): string => (folder === '.' ? name : `${folder.replace(/\/+$/, '')}/${name}`);

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** Somebody may have written only the first half of it yet. */
function isFresh(path: string): boolean {
  try {
    const age = Date.now() - statSync(path).mtimeMs;
    return age >= 0 && age < BUSY_MS;
  } catch {
    return false;
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Two files that name one lab would be each other's drift: the first one counts. */
export function labTwice(lab: string, file: string, other: string): Diagnostic {
  const message = `${file} is the lab ${lab}, and so is ${other}`;
  return { code: 'lab-twice', severity: 'error', message, hint: 'give one of them another name: only the other file is watched' };
}
