import { existsSync } from 'node:fs';

export const PENDING = '/run/topo/pending';

export const fileOf = (lab: string, name: 'basis' | 'deadline' | 'watchdog'): string => `${PENDING}/${lab}/${name}`;

/** What became of one that was not confirmed, for people. */
export const REVERTED = '/run/topo/reverted';

export const isReverted = (lab: string): boolean => existsSync(`${REVERTED}/${lab}`);

/** An apply of the lab is to be confirmed. */
export const isPending = (lab: string): boolean => existsSync(fileOf(lab, 'deadline'));
