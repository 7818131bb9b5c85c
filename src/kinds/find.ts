import type { Diagnostic } from '../model/diagnostic.js';
import type { Observation } from '../model/observation.js';
import { stateOf, type FieldOf, type Resource, type ResourceId, type State } from '../model/state.js';
import { claim, type Claimed } from './claim.js';
import { droppedByOthers } from './foreign.js';
import { kindOf, KINDS } from './index.js';
import type { Renaming } from '../model/moves.js';
import { moveAll } from './move.js';
import { takenAltnames } from './taken-altnames.js';

type Places = readonly { readonly netns: string; readonly name: string }[];

interface Interface {
  readonly id: ResourceId;
  readonly prefix: string;
}

export interface Adoption {
  /** What is somebody else's, and stands where the file wants something of that kind, is taken over. */
  readonly adopt?: boolean;
  /** Who wants it, if not what is looked for. */
  readonly taker?: State;
}

/** The lab's state as the kernel has it, in the same normal form as the desired one, and what stands in its way. */
export function findState(
  first: Observation,
  desired: State,
  { adopt = false, taker = desired }: Adoption = {},
): {
  readonly state: State;
  readonly conflicts: readonly Diagnostic[];
  readonly renamings: readonly Renaming[];
  readonly seen: Observation;
} {
  const moved = desired.moves === undefined ? null : moveAll(first, desired);
  const seen = moved?.observation ?? first;
  const { observation, ids } = adopt ? claim(seen, taker) : unclaimed(seen);
  const interfaces = new Map<string, Interface>();
  const resources: Resource[] = [];
  const conflicts: Diagnostic[] = [...(moved?.conflicts ?? [])];
  const strangers = new Set<ResourceId>();
  const linkAt = (netns: string, dev: string): ResourceId | undefined => interfaces.get(`${netns}/${dev}`)?.id;
  const fieldAt = (netns: string, dev: string, attribute: string): readonly FieldOf[] => {
    const link = interfaces.get(`${netns}/${dev}`);
    return link === undefined ? [] : [{ id: link.id, field: link.prefix + attribute }];
  };
  for (const kind of KINDS) {
    const found = kind.find({ observation, desired, adopt, linkAt, fieldAt });
    for (const conflict of found.conflicts) conflicts.push(conflict);
    for (const one of found.resources) {
      // What stands on a link that is somebody else's is theirs too.
      const theirs = strangers.size > 0 && isTheirs(one, desired, strangers) ? { ...one, keep: true } : one;
      const resource = ids.has(one.id)
        ? { ...theirs, foreign: true }
        : moved?.ids.has(one.id) === true
          ? { ...theirs, moved: true }
          : theirs;
      resources.push(resource);
      for (const { netns, name, prefix = '' } of kind.interfaces?.(resource) ?? []) {
        interfaces.set(`${netns}/${name}`, { id: resource.id, prefix });
        if (resource.keep === true) strangers.add(resource.id);
      }
    }
  }
  const isOwn = (netns: string, name: string): boolean => interfaces.has(`${netns}/${name}`);
  const namesOf = (resource: Resource): Places => kindOf(resource.kind).interfaces?.(resource) ?? [];
  if (observation.foreignChains.length > 0) conflicts.push(...droppedByOthers(observation, desired));
  conflicts.push(...takenAltnames([observation.host], desired.resources.values(), isOwn, namesOf));
  return { state: stateOf(desired.lab, resources), conflicts, renamings: moved?.renamings ?? [], seen };
}

const unclaimed = (observation: Observation): Claimed => ({ observation, ids: NOBODY });
const NOBODY: ReadonlySet<ResourceId> = new Set();

function isTheirs({ id, needs }: Resource, desired: State, strangers: ReadonlySet<ResourceId>): boolean {
  return needs.some((needed) => strangers.has(needed)) && !desired.resources.has(id);
}
