/** Links that nobody declared inside a namespace that the lab made: drift. */
import type { NetnsObservation } from '../model/observation.js';
import type { Resource, State } from '../model/state.js';
import type { FindContext, Found, Kind } from './kind.js';
import { WITHIN_NETNS } from './kind.js';
import { netnsId, ownNamespaces, type NetnsDefinition } from './ownership.js';

/** Devices that loading a tunnel module puts into every namespace; they cannot be deleted. */
const FALLBACK_DEVICES = new Set(['tunl0', 'gre0', 'gretap0', 'erspan0', 'ip_vti0', 'ip6_vti0', 'ip6tnl0', 'ip6gre0', 'sit0']);

function ignored(desired: State, netns: string): RegExp {
  const definition = desired.resources.get(netnsId(netns))?.definition as NetnsDefinition | undefined;
  const patterns = (definition?.ignore ?? []).map((pattern) => pattern.split('*').map(literally).join('.*'));
  return new RegExp(`^(${patterns.join('|')})$`);
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

function strangers(ns: NetnsObservation, { desired, linkAt }: FindContext): Resource[] {
  const pattern = ignored(desired, ns.netns);
  return ns.links
    .filter((link) => linkAt(ns.netns, link.name) === undefined && !FALLBACK_DEVICES.has(link.name))
    .map((link) => ({
      id: `link:${ns.netns}/${link.name}`,
      kind: 'link',
      netns: ns.netns,
      props: { name: link.name, type: link.type },
      needs: [netnsId(ns.netns)],
      // Not the namespace's: hardware would come back to the host, the other end of a veth may be anywhere.
      ...(pattern.test(link.name) ? { keep: true } : {}),
    }));
}

function find(context: FindContext): Found {
  const resources = ownNamespaces(context.observation, context.desired.lab).flatMap((ns) => strangers(ns, context));
  return { resources, conflicts: [] };
}

export const stranger: Kind = {
  name: 'link',
  stage: () => WITHIN_NETNS,
  inPlace: () => false,
  defaults: () => ({}),
  find,
  interfaces: (resource) => [{ netns: resource.netns, name: String(resource.props['name']) }],
  create: () => [],
  update: () => [],
  // Hardware that somebody moved in cannot be deleted: the kernel gives it back to the host when the namespace goes.
  delete: ({ netns, props }) => (props['type'] === '' ? [] : [{ op: 'link-delete', netns, name: String(props['name']) }]),
  title: ({ netns, props }) => `link ${netns}:${String(props['name'])}`,
};
