/** Where everything goes that is told: standard output, metrics, the service manager. */
import { lstatSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { DiagnosticError, type Sources } from '../../model/diagnostic.js';
import type { WatchEvent } from '../../model/watch-event.js';
import type { WatchCounters } from '../../model/watch-counters.js';
import { METRICS_BEGINNING, metricsText } from '../../report/metrics.js';
import { watchJson } from '../../report/watch-json.js';
import { watchText } from '../../report/watch-text.js';
import { counted, noCounters } from '../../watch/counters.js';
import type { Context } from '../context.js';
import type { WatchArguments } from '../options.js';
import { VERSION } from '../version.js';
import type { MetricsServer } from './metrics-server.js';
import { Service } from './service.js';

/** What differs only in numbers that go up all the time is written so often. */
const REFRESH_MS = 15_000;

export class Outlet {
  private counters: WatchCounters = noCounters();
  private server: MetricsServer | null = null;
  private isStale = true;
  private writtenAt = -Infinity;
  private complaint = '';
  readonly service: Service;

  constructor(
    private readonly args: WatchArguments,
    private readonly context: Context,
    private readonly sources: () => Sources,
  ) {
    this.service = new Service(context.env);
  }

  /** Gives the address of the metrics, if they are served. */
  async open(): Promise<string | undefined> {
    // Whether it can be written is to be known at once.
    if (this.args.metricsFile !== undefined) this.writeMetrics(this.args.metricsFile);
    if (this.args.metricsListen === undefined) return undefined;
    const { serveMetrics } = await import('./metrics-server.js');
    this.server = await serveMetrics(this.args.metricsListen, () => this.metrics());
    return this.server.address;
  }

  /** Somebody reads what is told, or something is done. */
  get isOfUse(): boolean {
    const { repair, metricsFile, metricsListen } = this.args;
    return this.context.stdout.open || repair || metricsFile !== undefined || metricsListen !== undefined;
  }

  tell(event: WatchEvent): void {
    this.counters = counted(this.counters, event);
    this.isStale = true;
    const timed = { time: new Date().toISOString(), ...event };
    const { json, quiet, verbose } = this.args;
    if (json) this.context.stdout.write(watchJson(timed));
    else if (!quiet || !isProgress(event))
      this.context.stdout.write(watchText(timed, { color: this.context.color, verbose, sources: this.sources() }));
  }

  countFullRead(): void {
    this.counters = { ...this.counters, fullReads: this.counters.fullReads + 1 };
  }

  countAnnouncements(count: number): void {
    this.counters = { ...this.counters, announcements: this.counters.announcements + count };
  }

  /** After each round. */
  publish(): void {
    const { metricsFile } = this.args;
    const now = performance.now();
    if (metricsFile !== undefined && (this.isStale || now - this.writtenAt >= REFRESH_MS)) this.tryToWrite(metricsFile);
    this.isStale = false;
    this.service.status(this.statusLine());
  }

  /** A disk that is full is no reason to end; it is told once. */
  private tryToWrite(file: string): void {
    try {
      this.writeMetrics(file);
      this.complaint = '';
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      if (this.complaint !== error.message) this.context.stderr.write(`warning: ${error.message}\n`);
      this.complaint = error.message;
    }
  }

  /** A reader finds the former file or the new one, and never a part. */
  private writeMetrics(file: string): void {
    const path = resolve(this.context.cwd, file);
    const draft = `${path}.${process.pid}`;
    const isFirst = this.writtenAt === -Infinity;
    this.writtenAt = performance.now();
    if (isFirst && isInTheWay(path))
      throw unwritable(file, 'the file that stands there has no metrics', 'name one that is free, or of an older watch');
    try {
      writeFileSync(draft, this.metrics(), { mode: 0o644 });
      renameSync(draft, path);
    } catch (error) {
      rmSync(draft, { force: true });
      throw unwritable(file, String((error as NodeJS.ErrnoException).code), 'name a file in a folder that can be written');
    }
  }

  private metrics(): string {
    const { user, system } = process.cpuUsage();
    return metricsText(this.counters, VERSION, {
      cpuSeconds: (user + system) / 1e6,
      residentBytes: process.memoryUsage.rss(),
      startTime: Math.round(performance.timeOrigin) / 1000,
    });
  }

  private statusLine(): string {
    const labs = [...this.counters.labs];
    const bad = labs.filter(([, { state }]) => state !== 'in-sync').map(([lab, { state }]) => `${lab} ${state}`);
    return bad.length === 0 ? `${labs.length} ${labs.length === 1 ? 'lab' : 'labs'} in sync` : bad.join(', ');
  }

  async close(): Promise<void> {
    this.service.stopping();
    await this.server?.close();
  }
}

/** Not worth a line for those who asked for results only. */
const isProgress = ({ type }: WatchEvent): boolean => type === 'watching' || type === 'in-sync' || type === 'waiting' || type === 'stopped';

const unwritable = (file: string, why: string, hint: string): DiagnosticError =>
  new DiagnosticError([{ code: 'metrics-file', severity: 'error', message: `the metrics cannot be written to ${file}: ${why}`, hint }]);

/** A device or a pipe, or somebody's text, which would be lost. */
function isInTheWay(path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined || stat.isSymbolicLink() || (stat.isFile() && stat.size === 0)) return false;
  return !stat.isFile() || !readFileSync(path, 'latin1').startsWith(METRICS_BEGINNING);
}
