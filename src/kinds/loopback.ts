import type { SourceRange } from '../model/diagnostic.js';
import type { LinkAttributes } from '../model/operation.js';
import type { Props, Resource } from '../model/state.js';
import type { Kind } from './kind.js';
import { WITHIN_NETNS } from './kind.js';
import { netnsId, ownNamespaces } from './ownership.js';

export interface LoopbackSpec {
  readonly netns: string;
  readonly mtu: number;
  readonly up: boolean;
  readonly path: string;
  readonly at: SourceRange;
}

/** As `netns-add` leaves it. */
const NEW: Props = { mtu: 65536, up: true };

export const loopbackId = (ns: string): string => `loopback:${ns}/lo`;

/** Settings of a node's lo: the interface comes with the namespace, and it cannot be deleted. */
export function loopbackResource(spec: LoopbackSpec): Resource {
  return { ...bare(spec.netns, spec.mtu, spec.up), path: spec.path, at: spec.at };
}

function bare(ns: string, mtu: number, up: boolean): Resource {
  return {
    id: loopbackId(ns),
    kind: 'loopback',
    netns: ns,
    props: { mtu, up },
    needs: [netnsId(ns)],
    goesWith: [netnsId(ns)],
  };
}

function set(after: Resource, fields: readonly string[]): ReturnType<Kind['create']> {
  const attributes: LinkAttributes = Object.fromEntries(fields.map((field) => [field, after.props[field] as number | boolean]));
  return fields.length === 0 ? [] : [{ op: 'link-set', netns: after.netns, name: 'lo', attributes }];
}

export const loopback: Kind = {
  name: 'loopback',
  stage: () => WITHIN_NETNS + 1,
  inPlace: () => true,
  defaults: () => NEW,
  find: ({ observation, desired }) => ({
    resources: ownNamespaces(observation, desired.lab).flatMap((ns) => {
      const lo = ns.links.find((link) => link.name === 'lo');
      return lo === undefined ? [] : [bare(ns.netns, Number(lo.attributes['mtu']), lo.attributes['up'] === true)];
    }),
    conflicts: [],
  }),
  // A new namespace has its lo up and of this size.
  create: (after) =>
    set(
      after,
      Object.keys(NEW).filter((field) => after.props[field] !== NEW[field]),
    ),
  update: (_before, after, fields) =>
    set(
      after,
      fields.map((change) => change.field),
    ),
  delete: () => [],
  interfaces: (resource) => [{ netns: resource.netns, name: 'lo' }],
  title: (resource) => `loopback ${resource.netns}:lo`,
};
