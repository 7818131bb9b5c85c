/** A node that lives in a namespace which is not its own: a name of that namespace's lo says so, and nothing else is needed. */
import type { SourceRange } from '../model/diagnostic.js';
import { joinedMark, joinedNodes } from '../model/lo-marks.js';
import type { NetnsObservation } from '../model/observation.js';
import { HOST, type Resource, type ResourceId } from '../model/state.js';
import type { Kind } from './kind.js';
import { WITHIN_NETNS } from './kind.js';
import { labNamespaces, netnsNeeds } from './ownership.js';

export interface JoinedSpec {
  readonly lab: string;
  readonly node: string;
  /** The namespace that it joins. */
  readonly netns: string;
  readonly path: string;
  readonly at: SourceRange;
}

const joinedId = (netns: string, node: string): ResourceId => `joined:${netns}/${node}`;

export function joinedResource({ lab, node, netns, path, at }: JoinedSpec): Resource {
  return Object.assign(joinedOf(lab, node, netns), { path, at });
}

function joinedOf(lab: string, node: string, netns: string): Resource {
  const own = netnsNeeds(netns);
  return { id: joinedId(netns, node), kind: 'joined', netns, props: { node, mark: joinedMark(lab, node) }, needs: own, goesWith: own };
}

function membersOf({ netns, links }: NetnsObservation, lab: string): readonly Resource[] {
  const nodes = joinedNodes(links.find((link) => link.name === 'lo')?.altnames ?? []);
  return nodes.filter((one) => one.lab === lab).map(({ node }) => joinedOf(lab, node, netns));
}

function altname(op: 'altname-add' | 'altname-delete', { netns, props }: Resource): ReturnType<Kind['create']> {
  return [{ op, netns, name: 'lo', altname: String(props['mark']) }];
}

export const joined: Kind = {
  name: 'joined',
  stage: () => WITHIN_NETNS + 1,
  inPlace: () => false,
  defaults: ({ props }) => props,
  find: ({ observation, desired }) => ({
    resources: [observation.host, ...labNamespaces(observation, desired.lab)].flatMap((ns) => membersOf(ns, desired.lab)),
    conflicts: [],
  }),
  create: (after) => altname('altname-add', after),
  update: () => [],
  delete: (before) => altname('altname-delete', before),
  title: ({ netns, props }) => `node ${String(props['node'])} in ${netns === HOST ? "the host's namespace" : `the namespace ${netns}`}`,
};
