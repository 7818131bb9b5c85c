/**
 * Names that lo has besides its own, and what they say of its namespace. No dot can be in the name of a lab or a node, and `ip`
 * takes no slash there.
 */

/** A node lives in the namespace and has none of its own. */
const JOINED = 'joined:';
/** The namespace is that of a container which topo started as a node. */
const STARTED = 'container:';
/** The namespace is that of somebody else's container which is a node. */
const ATTACHED = 'attached:';

/** What is not to be destroyed: the lab, or `nodes.NODE` and `networks.NETWORK` in it. */
const PROTECTED = 'protect:';

/** The namespace was somebody else's, and was taken over with what is in it. */
const ADOPTED = 'adopted:';

export const RUNTIMES = ['docker', 'podman'] as const;
export type Runtime = (typeof RUNTIMES)[number];

export interface NodeOfLab {
  readonly lab: string;
  readonly node: string;
}

export const joinedMark = (lab: string, node: string): string => `${JOINED}${lab}.${node}`;

export const adoptedMark = (lab: string, node: string): string => `${ADOPTED}${lab}.${node}`;

export const containerMark = (kind: 'started' | 'attached', lab: string, node: string): string =>
  `${kind === 'started' ? STARTED : ATTACHED}${lab}.${node}`;

/** Of the host’s lo: the lab has containers of that runtime. */
export const runtimeMark = (runtime: Runtime, lab: string): string => `${runtime}:${lab}`;

/** The nodes that live in the namespace of such a lo without having it. */
export function joinedNodes(altnames: readonly string[]): readonly NodeOfLab[] {
  if (altnames.length === 0) return NOBODY;
  return altnames.flatMap((altname) => (altname.startsWith(JOINED) ? split(altname.slice(JOINED.length)) : []));
}

const NOBODY: readonly NodeOfLab[] = [];

/** How the namespace of such a lo came to the lab; null: topo made it. */
export function containerOf(altnames: readonly string[], lab: string): 'started' | 'attached' | 'adopted' | null {
  for (const altname of altnames) {
    if (altname.startsWith(`${STARTED}${lab}.`)) return 'started';
    if (altname.startsWith(`${ATTACHED}${lab}.`)) return 'attached';
    if (altname.startsWith(`${ADOPTED}${lab}.`)) return 'adopted';
  }
  return null;
}

/** The runtime of the lab's containers, from the host's lo; null: it has none. */
export function runtimeOf(altnames: readonly string[], lab: string): Runtime | null {
  return RUNTIMES.find((runtime) => altnames.includes(runtimeMark(runtime, lab))) ?? null;
}

/** `subject`: as the file calls it, `nodes.web`; '' for the lab itself. A network has its driver behind that. */
export const protectedMark = (lab: string, subject: string, driver?: string): string =>
  `${PROTECTED}${[lab, subject, driver ?? ''].filter((part) => part !== '').join('.')}`;

export const isProtectedMark = (altname: string): boolean => altname.startsWith(PROTECTED);

export interface Protected {
  readonly subject: string;
  /** Of a network: its driver, where the mark has it. */
  readonly driver?: string;
}

/** What of the lab such a lo says is protected. */
export function protectedBy(altnames: readonly string[], lab: string): readonly Protected[] {
  if (altnames.length === 0) return [];
  const whole = protectedMark(lab, '');
  return altnames.flatMap((altname): readonly Protected[] => {
    if (altname === whole) return [{ subject: '' }];
    if (!altname.startsWith(`${whole}.`)) return [];
    const [section = '', name = '', driver] = altname.slice(whole.length + 1).split('.');
    return [{ subject: `${section}.${name}`, ...(driver === undefined ? {} : { driver }) }];
  });
}

function split(text: string): readonly NodeOfLab[] {
  const dot = text.indexOf('.');
  return dot < 0 ? [] : [{ lab: text.slice(0, dot), node: text.slice(dot + 1) }];
}
