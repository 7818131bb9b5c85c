/** Whether the parents of desired macvlan links can have them: the kernel refuses most of it without a word. */
import type { Diagnostic, SourceRange } from '../model/diagnostic.js';
import type { LinkObservation, SharingChild } from '../model/observation.js';
import { HOST, type Resource, type ResourceId } from '../model/state.js';
import type { FindContext } from './kind.js';

/** What else is known of a desired one. */
export interface MacvlanDefinition {
  readonly parentAt: SourceRange;
}

export function parentConflicts(context: FindContext, found: readonly Resource[]): readonly Diagnostic[] {
  const { observation, desired } = context;
  const wanted = [...desired.resources.values()].filter(({ kind }) => kind === 'macvlan');
  const [first] = wanted;
  if (first === undefined) return [];
  if (observation.sharing?.isSupported === false) return [unsupported(first)];
  const byParent = new Map<string, Resource[]>();
  for (const one of wanted) {
    const place = `${String(one.props['parent_netns'])}/${String(one.props['parent'])}`;
    byParent.set(place, [...(byParent.get(place) ?? []), one]);
  }
  return [...byParent.values()].flatMap((children) => conflictsOf(context, children, new Set(found.map(({ id }) => id))));
}

function conflictsOf(context: FindContext, children: readonly Resource[], own: ReadonlySet<ResourceId>): readonly Diagnostic[] {
  const { observation, linkAt } = context;
  const [first] = children as [Resource];
  const [netns, name] = [String(first.props['parent_netns']), String(first.props['parent'])];
  // What the lab itself makes is as the file has it.
  if (netns !== HOST || linkAt(netns, name) !== undefined || first.needs.some((id) => !id.startsWith('netns:'))) return [];
  const parent = observation.host.links.find((link) => link.name === name);
  if (parent === undefined) return [missing(first, name)];
  const shape = misfit(first, parent);
  if (shape !== null) return [shape];
  return [
    ...children.flatMap((child) => tooLarge(child, parent)),
    ...passthruConflicts(children, name, strangersOn(context, name, own)),
    ...(parent.attributes['up'] === true ? [] : [isDown(first, name)]),
  ];
}

/** Children of the parent that are not the lab's, as far as they are in namespaces with a name. */
function strangersOn({ observation }: FindContext, name: string, own: ReadonlySet<ResourceId>): readonly SharingChild[] {
  const seen = [observation.host, ...observation.namespaces].flatMap(({ netns, links }) =>
    links.flatMap((link): SharingChild[] => {
      if (link.parent?.netns !== HOST || link.parent.name !== name || own.has(`macvlan:${netns}/${link.name}`)) return [];
      return [{ netns, name: link.name, mode: String(link.attributes['mode']), parent: name }];
    }),
  );
  return [...seen, ...(observation.sharing?.children ?? []).filter(({ parent }) => parent === name)];
}

function passthruConflicts(children: readonly Resource[], parent: string, strangers: readonly SharingChild[]): readonly Diagnostic[] {
  const [stranger] = strangers;
  const alone = children.find(({ props }) => props['mode'] === 'passthru');
  const taken = strangers.find(({ mode }) => mode === 'passthru');
  const wanted = alone ?? (taken === undefined ? undefined : children[0]);
  if (stranger === undefined || wanted === undefined) return [];
  const { netns, name, mode } = taken ?? stranger;
  const other = `${name} (macvlan, mode ${mode}) ${netns === HOST ? 'on the host' : `in ${netns}`}`;
  const message =
    alone === undefined
      ? `${parent} belongs to ${other} alone: nothing else can stand on it`
      : `mode passthru takes ${parent} for one interface alone, and ${other} stands on it already`;
  return [conflict('parent-in-use', wanted, message, 'choose another parent, or remove that interface yourself')];
}

function unsupported(wanted: Resource): Diagnostic {
  const hint = 'it takes CONFIG_MACVLAN, as a part of the kernel or as a module; use driver: bridge instead';
  const message = `${wanted.path ?? 'a network'} takes links of type macvlan, and this kernel has none`;
  return conflict('driver-unsupported', wanted, message, hint);
}

function missing(wanted: Resource, name: string): Diagnostic {
  const [below, id] = name.split('.');
  const isVlan = id !== undefined && /^\d+$/.test(id);
  const hint = isVlan
    ? `make it first: ip link add link ${String(below)} name ${name} type vlan id ${id}; topo makes no VLANs`
    : 'name an interface of the host (ip link), or make it first';
  return conflict('parent-missing', wanted, `the host has no interface named ${name}`, hint);
}

/** Null: it can be a parent. */
function misfit(wanted: Resource, { name, type, attributes, parent }: LinkObservation): Diagnostic | null {
  const master = String(attributes['master'] ?? '');
  if (type === 'macvlan')
    return conflict(
      'parent-unsuitable',
      wanted,
      `${name} is a macvlan interface itself`,
      `name its own parent${parent === undefined ? '' : `: ${parent.name}`}`,
    );
  if (master === '') return null;
  const hint = `take it out of ${master} (ip link set ${name} nomaster), or make ${master} the parent`;
  return conflict('parent-unsuitable', wanted, `${name} is a port of ${master}, and what it receives goes there`, hint);
}

function tooLarge(child: Resource, parent: LinkObservation): readonly Diagnostic[] {
  const [mtu, largest] = [child.props['mtu'], parent.attributes['mtu']];
  if (typeof mtu !== 'number' || typeof largest !== 'number' || mtu <= largest) return [];
  const message = `an MTU of ${mtu} does not fit ${parent.name}, which has ${largest}`;
  return [conflict('mtu-above-parent', child, message, `remove "mtu" to have the parent’s, or write at most ${largest}`)];
}

function isDown(wanted: Resource, name: string): Diagnostic {
  const one = conflict('parent-down', wanted, `${name} is down: nothing on it reaches the network`, `ip link set ${name} up`);
  return { ...one, severity: 'warning' };
}

function conflict(code: string, { definition }: Resource, message: string, hint: string): Diagnostic {
  return { code, severity: 'error', message, at: (definition as MacvlanDefinition).parentAt, hint };
}
