import { DiagnosticError, type Diagnostic } from '../model/diagnostic.js';
import type { Event } from '../model/event.js';

/** What went wrong beside the operations, as an event. */
export function brokenBy(error: unknown, fault?: (error: Error) => void): Event {
  if (error instanceof DiagnosticError) return { type: 'broken', diagnostics: error.diagnostics };
  const own = error instanceof Error ? error : new Error(String(error));
  const isOfSystem = typeof (own as { code?: unknown }).code === 'string';
  if (!isOfSystem) fault?.(own);
  return { type: 'broken', diagnostics: [isOfSystem ? unreadable(own, GO_ON) : mistake(own)] };
}

const GO_ON = 'see to that, and run it again: it goes on from what is there';

/** What a system call has refused while the machine was looked at. */
export const unreadable = ({ message }: Error, hint: string): Diagnostic => ({
  code: 'unreadable',
  severity: 'error',
  message: `the machine cannot be read: ${message}`,
  hint,
});

const mistake = ({ message }: Error): Diagnostic => ({
  code: 'internal',
  severity: 'error',
  message: `this should not have happened: ${message}`,
  hint: '--debug shows where it did',
});
