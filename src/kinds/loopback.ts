import type { SourceRange } from '../model/diagnostic.js';
import type { LinkAttributes } from '../model/operation.js';
import type { PropValue, Props, Resource } from '../model/state.js';
import type { Kind } from './kind.js';
import { WITHIN_NETNS } from './kind.js';
import { addMissing, LOOPBACKS_OWN, ownAddresses, ownAddressesOf } from './lo-own-addresses.js';
import { RARE_OF, writeRare } from './rare-attributes.js';
import { containerKindOf, labNamespaces, loOf, netnsId } from './ownership.js';

export interface LoopbackSpec {
  readonly netns: string;
  readonly mtu: number;
  readonly up: boolean;
  readonly path: string;
  readonly at: SourceRange;
}

/** As `netns-add` leaves it. */
const NEW: Props = { mtu: 65536, up: true, own_addresses: LOOPBACKS_OWN };

export const loopbackId = (ns: string): string => `loopback:${ns}/lo`;

/** Settings of a node's lo: the interface comes with the namespace, and it cannot be deleted. */
export function loopbackResource(spec: LoopbackSpec): Resource {
  // Without ::1 a lo that is down.
  const props = { mtu: spec.mtu, up: spec.up, own_addresses: spec.up ? ownAddressesOf(spec.mtu) : null };
  return Object.assign(bare(spec.netns, props), { path: spec.path, at: spec.at });
}

function bare(ns: string, props: Props): Resource {
  return {
    id: loopbackId(ns),
    kind: 'loopback',
    netns: ns,
    props,
    needs: [netnsId(ns)],
    goesWith: [netnsId(ns)],
  };
}

function set(after: Resource, changed: readonly string[]): ReturnType<Kind['create']> {
  const fields = changed.filter((field) => field !== 'own_addresses');
  const attributes: LinkAttributes = Object.fromEntries(
    fields.map((field) => [field, (after.props[field] ?? RARE_OF.loopback[field]) as number | boolean]),
  );
  return fields.length === 0 ? [] : [{ op: 'link-set', netns: after.netns, name: 'lo', attributes }];
}

export const loopback: Kind = {
  name: 'loopback',
  stage: () => WITHIN_NETNS + 1,
  inPlace: () => true,
  defaults: () => NEW,
  usual: RARE_OF.loopback,
  find: ({ observation, desired }) => ({
    resources: labNamespaces(observation, desired.lab).flatMap((ns) => {
      const lo = loOf(ns);
      if (lo === undefined || containerKindOf(ns, desired.lab) === 'attached') return [];
      const wanted = desired.resources.get(loopbackId(ns.netns))?.props['own_addresses'] as readonly string[] | null | undefined;
      const own_addresses = wanted === null ? null : ownAddresses(ns, lo, wanted ?? LOOPBACKS_OWN);
      const props: Record<string, PropValue> = { mtu: Number(lo.attributes['mtu']), up: lo.attributes['up'] === true, own_addresses };
      writeRare(props, lo, RARE_OF.loopback);
      return [bare(ns.netns, props)];
    }),
    conflicts: [],
  }),
  // A new namespace has its lo up and of this size.
  create: (after) =>
    set(
      after,
      ['mtu', 'up'].filter((field) => after.props[field] !== NEW[field]),
    ),
  update: (before, after, fields) => [
    ...set(
      after,
      fields.map((change) => change.field),
    ),
    ...fields.filter(({ field }) => field === 'own_addresses').flatMap(() => addMissing(before, after)),
  ],
  delete: () => [],
  interfaces: (resource) => [{ netns: resource.netns, name: 'lo' }],
  title: (resource) => `loopback ${resource.netns}:lo`,
};
