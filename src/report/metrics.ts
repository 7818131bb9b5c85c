/** Numbers of `topo watch` in the text format that Prometheus reads (prometheus.io/docs/instrumenting/exposition_formats). */
import type { LabCounters, WatchCounters } from '../model/watch-counters.js';

/** Of the process that counts. */
export interface ProcessNumbers {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  /** Seconds since 1970. */
  readonly startTime: number;
}

interface Sample {
  readonly labels: { readonly [name: string]: string };
  readonly value: number;
}

export function metricsText(counters: WatchCounters, version: string, process: ProcessNumbers): string {
  const labs = [...counters.labs];
  const ofLabs = (name: string, type: Type, help: string, valueOf: (lab: LabCounters) => number): string =>
    metric(
      name,
      type,
      help,
      labs.map(([lab, numbers]) => ({ labels: { lab }, value: valueOf(numbers) })),
    );
  return [
    metric('topo_watch_info', 'gauge', 'The program.', [{ labels: { version }, value: 1 }]),
    ofLabs('topo_watch_in_sync', 'gauge', 'Whether the kernel is as the file says.', ({ state }) => Number(state === 'in-sync')),
    ofLabs('topo_watch_blocked', 'gauge', 'Whether something is in the way of all repairs.', ({ state }) => Number(state === 'blocked')),
    metric(
      'topo_watch_objects',
      'gauge',
      'Objects that differ from the file now.',
      labs.flatMap(([lab, { objects }]) => Object.entries(objects).map(([condition, value]) => ({ labels: { lab, condition }, value }))),
    ),
    ofLabs('topo_watch_drifts_total', 'counter', 'How often the differences have become others.', ({ drifts }) => drifts),
    metric(
      'topo_watch_repairs_total',
      'counter',
      'Repairs, by what came of them.',
      labs.flatMap(([lab, { repairs }]) => Object.entries(repairs).map(([outcome, value]) => ({ labels: { lab, outcome }, value }))),
    ),
    ofLabs('topo_watch_repair_seconds_total', 'counter', 'Time that repairs took.', ({ repairMilliseconds }) => repairMilliseconds / 1000),
    ofLabs('topo_watch_refusals_total', 'counter', 'What the kernel refused.', ({ refusals }) => refusals),
    metric(
      'topo_watch_file_valid',
      'gauge',
      'Whether the file can be read and is valid.',
      [...counters.files].map(([file, isValid]) => ({ labels: { file }, value: Number(isValid) })),
    ),
    metric('topo_watch_announcements_total', 'counter', 'What the kernel has announced.', one(counters.announcements)),
    metric('topo_watch_lost_total', 'counter', 'How often announcements were lost, and everything was read again.', one(counters.lost)),
    metric('topo_watch_full_reads_total', 'counter', 'How often all of a lab was read.', one(counters.fullReads)),
    metric('process_cpu_seconds_total', 'counter', 'Processor time of this process.', one(process.cpuSeconds)),
    metric('process_resident_memory_bytes', 'gauge', 'Memory of this process.', one(process.residentBytes)),
    metric('process_start_time_seconds', 'gauge', 'When this process began.', one(process.startTime)),
  ].join('');
}

/** Of each such text. */
export const METRICS_BEGINNING = '# HELP topo_watch_';

type Type = 'counter' | 'gauge';

const one = (value: number): readonly Sample[] => [{ labels: {}, value }];

function metric(name: string, type: Type, help: string, samples: readonly Sample[]): string {
  const lines = samples.map(({ labels, value }) => `${name}${labelText(labels)} ${value}`);
  return lines.length === 0 ? '' : [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines, ''].join('\n');
}

function labelText(labels: Sample['labels']): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const escaped = (value: string): string => value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
