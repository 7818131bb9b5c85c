import { existsSync } from 'node:fs';

export const PENDING = '/run/topo/pending';

export const fileOf = (lab: string, name: 'basis' | 'content' | 'deadline' | 'owner' | 'watchdog'): string => `${PENDING}/${lab}/${name}`;

/** What became of one that was not confirmed, for people. */
export const REVERTED = '/run/topo/reverted';

/** Of each lab a fingerprint of what was asked for and reverted: whoever applies by himself does not ask for that again. */
export const TAKEN_BACK = '/run/topo/taken-back';

export const isTakenBack = (lab: string): boolean => existsSync(`${TAKEN_BACK}/${lab}`);

export const isReverted = (lab: string): boolean => existsSync(`${REVERTED}/${lab}`);

/** An apply of the lab is to be confirmed. */
export const isPending = (lab: string): boolean => existsSync(fileOf(lab, 'deadline'));
