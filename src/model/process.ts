/**
 * Commands that topo keeps running. The kernel has no mark for a process, so each has a folder in /run: it is empty after a
 * boot, and a sandbox has its own.
 */

import { pathName } from './path-name.js';

export const PROCESS_DIRECTORY = '/run/topo/run';

/** Whose a process is: the lab's, and in it a node's or nobody's (`LAB_ITSELF`). */
export interface ProcessKey {
  readonly lab: string;
  readonly owner: string;
  readonly name: string;
}

/** The owner of a process that serves the whole lab. No node can have that name. */
export const LAB_ITSELF = '@lab';

/** What is run, and how. Written down beside the process: what runs is compared with what is wanted. */
export interface ProcessDefinition {
  /** Name of the network namespace, `HOST` for the host's own. */
  readonly netns: string;
  /** A text is for `sh -c`. */
  readonly command: string | readonly string[];
  /** Added to PATH, HOME, USER and the names of lab and node. */
  readonly env: Texts;
  /** Absolute. */
  readonly cwd: string;
  /** Name or number of a user, `USER:GROUP`; '' for root. */
  readonly user: string;
  /** What it reads when it starts, such as the hash of a file by its name: a change is a restart. */
  readonly reads: Texts;
  /** What it reads again at `signal`: a change is that signal. */
  readonly rereads: Texts;
  readonly signal: string;
}

export interface Texts {
  readonly [name: string]: string;
}

/** Of all that an owner has. */
export const ownerFolder = (lab: string, owner: string): string => `${PROCESS_DIRECTORY}/${lab}/${owner}`;

export function processFolder({ lab, owner, name }: ProcessKey): string {
  return `${PROCESS_DIRECTORY}/${pathName(lab)}/${pathName(owner)}/${pathName(name)}`;
}

/** The words of its command line. */
export function commandLine(command: ProcessDefinition['command']): readonly string[] {
  return typeof command === 'string' ? ['sh', '-c', command] : command;
}
