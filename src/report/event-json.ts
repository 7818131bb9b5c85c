import type { Event } from '../model/event.js';
import { diagnosticsJson } from './diagnostics.js';
import { actionDocument, planDocument } from './plan-json.js';

/** An event as one line of JSON: schemas/events.schema.json. */
export function eventJson(event: Event): string {
  return `${JSON.stringify(eventDocument(event))}\n`;
}

function eventDocument(event: Event): object {
  if (event.type === 'plan') return { type: event.type, phase: event.phase, ...planDocument(event.plan) };
  if (event.type === 'verify') return { ...event, differences: event.differences.map(actionDocument) };
  if (event.type === 'broken') return { ...event, diagnostics: diagnosticsJson(event.diagnostics) };
  return event;
}
