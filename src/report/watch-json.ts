import type { TimedWatchEvent } from '../model/watch-event.js';
import { diagnosticsJson } from './diagnostics.js';

/** An event of `topo watch` as one line of JSON: schemas/watch.schema.json. */
export function watchJson(event: TimedWatchEvent): string {
  return `${JSON.stringify(documentOf(event))}\n`;
}

function documentOf(event: TimedWatchEvent): object {
  const { time, type, ...rest } = event;
  // What a reader sorts by comes first.
  const first = { time, type };
  if (type === 'watching') return { ...first, format: 'topo-watch/1', ...rest };
  if (event.type === 'file' || event.type === 'blocked') return { ...first, ...rest, diagnostics: diagnosticsJson(event.diagnostics) };
  return { ...first, ...rest };
}
