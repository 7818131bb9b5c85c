import type { ActionReference, Event } from '../model/event.js';
import type { Plan } from '../model/plan.js';
import { reference } from './run-actions.js';

/** Follows the events, so that at any moment it can be said what is left: for who has to end at once. */
export class Progress {
  private plan: Plan | null = null;
  private command: 'apply' | 'destroy' = 'apply';
  private readonly ended = new Set<number>();
  private readonly tally = { added: 0, changed: 0, destroyed: 0, failed: 0 };

  /** `start` in milliseconds, on the clock of `stopped`. */
  constructor(private readonly start: number) {}

  note(event: Event): void {
    if (event.type === 'plan') {
      this.plan = event.plan;
      this.ended.clear();
      if (event.phase !== 'rollback') this.command = event.phase;
    } else if (event.type === 'action-done') {
      this.ended.add(event.index);
      this.tally[COUNTED[event.action]] += 1;
    } else if (event.type === 'action-failed') this.tally.failed += 1;
  }

  /** The last events; null where nothing was begun. */
  stopped(signal: string, now: number): readonly Event[] | null {
    if (this.plan === null) return null;
    const unfinished = this.plan.actions.map(reference).filter(({ index }: ActionReference) => !this.ended.has(index));
    const { command, start } = this;
    return [
      { type: 'interrupted', signal, atOnce: true, unfinished },
      { type: 'summary', command, outcome: 'interrupted', ...this.tally, unfinished, milliseconds: Math.round(now - start) },
    ];
  }
}

const COUNTED = { create: 'added', update: 'changed', delete: 'destroyed' } as const;
