/** Hears, and turns to each lab when there is something to do; one thing at a time. */
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TAKEN_BACK } from '../../apply/pending-files.js';
import { ETC_NETNS, SETS } from '../../model/node-files.js';
import { HOST } from '../../model/state.js';
import { NETNS_DIRECTORY, type Attended, type Listener } from '../../kernel/kernel.js';
import { OF_FILES, ofNames, ofNamespaces } from '../../watch/pending.js';
import type { Context, Interrupts } from '../context.js';
import type { WatchArguments } from '../options.js';
import { Bell } from './bell.js';
import { Folders } from './folders.js';
import { LabWatch, type Surroundings } from './lab-watch.js';
import type { Outlet } from './outlet.js';
import { labTwice, type Reloaded, type Source, type Sources } from './sources.js';

/** Announcements come in swarms: it is waited for the end of one, but not for long. */
const QUIET_MS = 1;
const LONGEST_SWARM_MS = 40;
/** An editor, or Git, writes a file in several steps: it is waited for the last of them, but not for long. */
const FILE_QUIET_MS = 50;
const LONGEST_WRITING_MS = 500;

export class Loop {
  private readonly labs = new Map<string, LabWatch>();
  private readonly bell = new Bell();
  private readonly folders: Folders;
  private readonly around: Surroundings;
  /** When to read the files again; null: when something is heard. */
  private reloadAt: number | null = null;
  /** Since when something has happened to them that was not read yet; null: nothing has. */
  private writingSince: number | null = null;
  private resyncAt = 0;
  private isArmed = false;

  constructor(
    private readonly sources: Sources,
    private readonly listener: Listener,
    private readonly outlet: Outlet,
    private readonly args: WatchArguments,
    context: Context,
    private readonly interrupts: Interrupts,
  ) {
    this.folders = new Folders((folder, name) => this.heardOf(folder, name));
    this.around = {
      args,
      context,
      interrupts,
      tell: (event) => outlet.tell(event),
      countFullRead: () => outlet.countFullRead(),
      hear: () => this.hear(),
    };
  }

  /** Until a signal comes. */
  async run(metrics: string | undefined): Promise<void> {
    const first = this.sources.start();
    for (const event of first.events) if (event.type === 'file' && event.state !== 'changed') this.outlet.tell(event);
    this.take(first, true);
    this.resyncAt = performance.now() + this.args.resyncMs;
    this.arm();
    const labs = [...this.labs.values()].map(({ name, file }) => ({ lab: name, file }));
    const { repair, prune } = this.args;
    this.outlet.tell({ type: 'watching', repair, prune, labs, ...(metrics === undefined ? {} : { metrics }) });
    let isReady = false;
    while (this.interrupts.signal === null && this.outlet.isOfUse) {
      await this.turn();
      this.outlet.publish();
      if (!isReady) this.outlet.service.ready();
      isReady = true;
      await this.wait();
    }
    this.folders.close();
  }

  wake(): void {
    this.bell.ring();
  }

  /** Everything is read anew, files and kernel. */
  reload(): void {
    this.reloadAt = performance.now();
    this.resyncAt = 0;
    this.bell.ring();
  }

  private async wait(): Promise<void> {
    const now = performance.now();
    const times = [this.resyncAt, this.reloadAt, ...[...this.labs.values()].map((lab) => lab.wakeAt(now))].filter((time) => time !== null);
    // A timer counts in 31 bits.
    const left = Math.min(...times) - now;
    // Signals are seen only when the event loop turns.
    if (left <= 0) {
      await sleep(0);
      return;
    }
    await this.bell.wait(this.listener.ready(), Math.min(left, 2 ** 31 - 1));
    await this.settle();
  }

  /** Until the swarm is over. */
  private async settle(): Promise<void> {
    const start = performance.now();
    while (this.hear() > 0 && performance.now() - start < LONGEST_SWARM_MS) await sleep(QUIET_MS);
  }

  /** Passes on what was heard; gives how many announcements that was. */
  private hear(): number {
    const notices = this.listener.take();
    this.outlet.countAnnouncements(notices.count);
    if (notices.isLost) this.outlet.tell({ type: 'lost' });
    for (const lab of this.labs.values()) lab.hear(notices);
    return notices.count;
  }

  private heardOf(folder: string, name: string | null): void {
    if (folder === NETNS_DIRECTORY) this.mark(name === null ? 'all' : ofNames([name]), (lab) => name === null || lab.owns(name));
    else if (folder === ETC_NETNS || folder.startsWith(`${SETS}/`)) this.mark(OF_FILES);
    else if (folder === TAKEN_BACK) this.mark(ofNamespaces([]), (lab) => name === null || lab.name === name);
    else if (OWN_PARENTS.has(name === null ? '' : join(folder, name))) this.mark(OF_FILES);
    else if (this.sources.isAbout(folder, name)) this.reloadSoon();
    else return;
    this.isArmed = false;
    this.bell.ring();
  }

  private reloadSoon(): void {
    const now = performance.now();
    this.writingSince ??= now;
    this.reloadAt = Math.min(now + FILE_QUIET_MS, this.writingSince + LONGEST_WRITING_MS);
  }

  private mark(pending: Parameters<LabWatch['mark']>[0], which: (lab: LabWatch) => boolean = () => true): void {
    for (const lab of this.labs.values()) if (which(lab)) lab.mark(pending, 'kernel');
  }

  private async turn(): Promise<void> {
    const now = performance.now();
    if (this.reloadAt !== null && this.reloadAt <= now) this.take(this.reloadSources(now), false);
    if (this.resyncAt <= now) {
      this.resyncAt = now + this.args.resyncMs;
      for (const lab of this.labs.values()) lab.mark('all', 'resync');
      this.isArmed = false;
    }
    for (const lab of [...this.labs.values()]) {
      if (this.interrupts.signal !== null) return;
      await lab.turn();
    }
    for (const lab of this.leaving.splice(0)) await lab.destroy();
    this.arm();
  }

  private readonly leaving: LabWatch[] = [];

  private reloadSources(now: number): Reloaded {
    this.reloadAt = null;
    this.writingSince = null;
    const reloaded = this.sources.reload(now);
    for (const event of reloaded.events) this.outlet.tell(event);
    if (reloaded.wakeAt !== null) this.reloadAt = reloaded.wakeAt;
    return reloaded;
  }

  /** Labs come, change and go with their files. */
  private take({ changed, gone }: Reloaded, isFirst: boolean): void {
    for (const source of gone) this.lose(source);
    for (const source of changed) this.takeOne(source, isFirst);
  }

  private takeOne(source: Source, isFirst: boolean): void {
    const { file } = source;
    const lab = source.lab!;
    const name = lab.wanted.state.lab;
    const known = this.labs.get(name);
    if (known !== undefined && known.file !== file) {
      this.outlet.tell({ type: 'file', file, lab: name, state: 'invalid', diagnostics: [labTwice(name, file, known.file)] });
      return;
    }
    for (const other of [...this.labs.values()]) if (other.file === file && other.name !== name) this.leave(other);
    if (known !== undefined) {
      known.change(lab);
      return;
    }
    this.labs.set(name, new LabWatch(file, lab, this.around));
    if (!isFirst) this.outlet.tell({ type: 'lab', change: 'added', lab: name, file });
  }

  private lose({ file, lab }: Source): void {
    const name = lab?.wanted.state.lab ?? null;
    this.outlet.tell({ type: 'file', file, lab: name, state: 'missing', diagnostics: [] });
    const known = name === null ? undefined : this.labs.get(name);
    if (known?.file === file && (this.args.prune || this.sources.isDirectory)) this.leave(known);
  }

  private leave(lab: LabWatch): void {
    this.labs.delete(lab.name);
    this.outlet.tell({ type: 'lab', change: this.args.prune ? 'pruned' : 'left', lab: lab.name, file: lab.file });
    if (this.args.prune) this.leaving.push(lab);
  }

  /** Hears of what there is by now. */
  private arm(): void {
    const labs = [...this.labs.values()];
    const namespaces = new Map<string, Attended>([[HOST, { netns: HOST, inode: undefined, keepsNeighbours: false }]]);
    for (const one of labs.flatMap(({ attended }) => attended)) {
      const keepsNeighbours = one.keepsNeighbours || namespaces.get(one.netns)?.keepsNeighbours === true;
      namespaces.set(one.netns, { ...one, keepsNeighbours });
    }
    const anew = this.listener.attend([...namespaces.values()], new Set(labs.flatMap(({ processes }) => processes)));
    for (const lab of labs) lab.hearAlso(anew);
    if (this.isArmed && anew.size === 0) return;
    this.isArmed = true;
    const sets = labs.flatMap((lab) => [`${SETS}/${lab.name}`, ...lab.sets.map((set) => `${SETS}/${lab.name}/${set}`)]);
    const own = [NETNS_DIRECTORY, ETC_NETNS, SETS, TAKEN_BACK, ...sets].flatMap((folder) => [folder, dirname(folder)]);
    const sources = this.sources.folders();
    const begun = this.folders.attend(new Set([...sources, ...own]));
    // What has come there since it was looked for.
    if (begun.some((folder) => sources.has(folder))) this.reloadSoon();
    if (begun.some((folder) => own.includes(folder))) this.mark(OF_FILES);
  }
}

/** What may come or go as a whole, in folders where others have their own. */
const OWN_PARENTS: ReadonlySet<string> = new Set([NETNS_DIRECTORY, ETC_NETNS, SETS, TAKEN_BACK]);
