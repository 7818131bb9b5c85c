/** What there was before a change, as a state that can be asked for: what is observed lacks some of what a creation takes. */
import type { KeepRequest, Kept } from '../model/kept.js';
import { parseMark } from '../model/names.js';
import { setFolder } from '../model/node-files.js';
import type { LinkObservation, NetnsObservation, Observation } from '../model/observation.js';
import type { Plan } from '../model/plan.js';
import { HOST, type Resource, type ResourceId, type State } from '../model/state.js';
import { interfaceKey, interfaceOfKey } from '../model/sysctl-key.js';
import { familyOf } from '../model/address.js';
import { changedSettings, isProxy } from './former-settings.js';
import { isOfHost } from './former-kinds.js';
import { containerNameOf } from './ids-of-containers.js';
import { kindOf } from './index.js';
import { NOTHING_ASKED } from './nftables.js';
import { labNamespaces, netnsId, netnsNeeds, ownNamespaces, type NetnsDefinition } from './ownership.js';

export interface Former {
  readonly state: State;
  readonly observation: Observation;
  readonly kept: Kept;
}

/** What of the machine the plan makes unknowable. */
export function keepRequest({ actions }: Plan, { state, observation }: Pick<Former, 'state' | 'observation'>): KeepRequest {
  // A plan calls what is moved by its new name.
  const renamed = actions.flatMap(({ operations }) => operations.flatMap((one) => (one.op === 'netns-rename' ? [one] : [])));
  const names = new Map(renamed.map(({ netns, to }) => [to, netns]));
  const tables = actions.flatMap(({ change }) => {
    if (change.action === 'create' || change.before.kind !== 'nftables') return [];
    const { netns, id } = change.before;
    return [{ netns: names.get(netns) ?? netns, table: id.slice(id.indexOf('/') + 1) }];
  });
  const proxies = placesOf(state.lab, observation).filter(({ link }) => isProxy(link));
  // A dump of the links has all settings but these.
  const sysctls = proxies.flatMap(({ ns: { netns }, link }) =>
    (['ipv4', 'ipv6'] as const).map((family) => ({ netns, key: interfaceKey(family, link.name, 'proxy_delay', 'neigh') })),
  );
  return { tables, sysctls };
}

/** Interfaces that are the lab's, with all of those in namespaces that it made. */
function placesOf(lab: string, observation: Observation): readonly { readonly ns: NetnsObservation; readonly link: LinkObservation }[] {
  const own = new Set(ownNamespaces(observation, lab));
  return [observation.host, ...labNamespaces(observation, lab)].flatMap((ns) =>
    ns.links.filter((link) => own.has(ns) || parseMark(link.alias)?.lab === lab).map((link) => ({ ns, link })),
  );
}

/** All that was there, with what its creation takes; with what a file asks for besides, half made things are known for what they are. */
export function describedFormer(former: Former, wanted: State): State {
  const describe = describer(former, wanted);
  const described = [...former.state.resources.values(), ...keptSettings(former)].map(describe);
  const resources = new Map(described.map((resource) => [resource.id, resource]));
  return { lab: former.state.lab, resources };
}

/** For finding what there is now: with what was to be made. A setting is found by what is remembered of it. */
export function recognizable({ lab, resources }: State, wanted: State): State {
  const half = [...wanted.resources].filter(([, { kind }]) => kind !== 'sysctl');
  return { lab, resources: new Map([...half, ...resources]) };
}

function keptSettings({ kept }: Former): readonly Resource[] {
  return kept.sysctls.flatMap(({ netns, key, value }) => (value === null ? [] : [settingOf(netns, key, value)]));
}

function settingOf(netns: string, key: string, value: string): Resource {
  const needs = netnsNeeds(netns);
  return { id: `sysctl:${netns}/${key}`, kind: 'sysctl', netns, props: { key, value }, needs, goesWith: needs };
}

type Describe = (resource: Resource) => Resource;

function describer(former: Former, wanted: State): Describe {
  const { state, observation, kept } = former;
  const links = linksOf(state);
  const namespaces = new Map([observation.host, ...observation.namespaces].map((ns) => [ns.netns, ns]));
  const plainRoutes = plainRoutesOf(state);
  const descriptions: { readonly [kind: string]: Describe } = {
    names: (one) => {
      const set = one.id.slice(one.id.indexOf('/') + 1);
      return { ...one, definition: { folder: setFolder(state.lab, set), files: observation.files.sets.get(set) ?? {} } };
    },
    netns: (one) => {
      const { ignore = [] } = (wanted.resources.get(one.id)?.definition ?? {}) as Partial<NetnsDefinition>;
      return { ...one, definition: { ...(one.definition as object | undefined), ignore } };
    },
    bridge: (one) => ({ ...one, definition: { forwards: [], within: [], isolated: true } }),
    macvlan: (one) => ({ ...one, definition: { settings: [] } }),
    // Bridges come up last.
    route: (one) => {
      const { netns, props } = one;
      const isLate = links.get(`${netns}/${String(props['dev'])}`)?.startsWith('bridge:') === true;
      const before = props['via'] === '' ? [] : (plainRoutes.get(netns) ?? []).filter((route) => leadsTo(route, props['via']));
      return {
        ...one,
        needs: [...one.needs, ...before.map(({ id }) => id)],
        ...(isLate ? { definition: { ...(one.definition as object | undefined), late: true } } : {}),
      };
    },
    sysctl: (one) => {
      const link = links.get(`${one.netns}/${interfaceOfKey(String(one.props['key'])) ?? ''}`);
      const stands = link === undefined ? {} : { needs: [...one.needs, link], goesWith: [link] };
      return { ...withMemory(one, namespaces.get(one.netns)), ...stands };
    },
    nftables: (one) => {
      const name = one.id.slice(one.id.indexOf('/') + 1);
      const found = kept.tables.find(({ netns, table }) => netns === one.netns && table === name);
      return { ...one, definition: { messages: found?.messages ?? [], ...NOTHING_ASKED } };
    },
    container: (one) => {
      const found = observation.containers?.found.find(({ name }) => name === containerNameOf(one.id));
      const isNamed = found !== undefined && one.props['image'] === found.image;
      return { ...one, definition: { lab: state.lab, labels: found?.labels ?? {}, image: isNamed ? found.image : (found?.imageId ?? '') } };
    },
  };
  return (resource) => withoutExtras(descriptions[resource.kind]?.(resource) ?? resource);
}

/**
 * Whether the kernel’s own address is there is no matter of the way back: it makes one, or has made it again. Other names of a
 * link come back by themselves (`altnamesBack`).
 */
function withoutExtras(one: Resource): Resource {
  const fields = EXTRAS.filter((field) => field in one.props && !(one.kind === 'bridge' && field === 'altnames'));
  if (fields.length === 0) return one;
  return { ...one, props: Object.fromEntries(Object.entries(one.props).filter(([field]) => !fields.includes(field))) };
}

const EXTRAS: readonly string[] = ['link_local', 'altnames'].flatMap((field) => [field, `peer_${field}`]);

/** Which of the lab's links an interface is, by `netns/name`. */
export function linksOf({ resources }: State): ReadonlyMap<string, ResourceId> {
  const links = new Map<string, ResourceId>();
  for (const one of resources.values())
    for (const { netns, name } of kindOf(one.kind).interfaces?.(one) ?? []) links.set(`${netns}/${name}`, one.id);
  return links;
}

/** Those to what is on the link, by namespace. */
function plainRoutesOf({ resources }: State): ReadonlyMap<string, readonly Resource[]> {
  const routes = new Map<string, Resource[]>();
  for (const one of resources.values()) {
    if (one.kind !== 'route' || one.props['via'] !== '') continue;
    const list = routes.get(one.netns);
    if (list === undefined) routes.set(one.netns, [one]);
    else list.push(one);
  }
  return routes;
}

const leadsTo = ({ props }: Resource, via: unknown): boolean => familyOf(String(props['to'])) === familyOf(String(via));

/** What is remembered of a setting counts as much as its value. */
function withMemory(one: Resource, ns: NetnsObservation | undefined): Resource {
  return { ...one, props: { ...one.props, former: ns?.remembered.get(String(one.props['key'])) ?? null } };
}

export interface Sides {
  readonly desired: State;
  readonly observed: State;
}

/** Both sides of the plan that leads back. `found` is what the kernel has now, as it was found with `described`; `wanted` is what was to be. */
export function sidesOf(former: Former, described: State, found: State, now: Observation, wanted: State): Sides {
  const namespaces = new Map([now.host, ...now.namespaces].map((ns) => [ns.netns, ns]));
  const desired = new Map<ResourceId, Resource>();
  for (const one of described.resources.values()) if (comesBack(one, former, found, namespaces, wanted)) desired.set(one.id, one);
  // What became somebody else's meanwhile is nobody's to remove.
  const own = [...found.resources].filter(([id, { foreign }]) => foreign !== true || desired.has(id));
  const observed = new Map(
    own.map(([id, one]) => [id, one.kind === 'sysctl' ? settingNow(one, described, namespaces) : withoutExtras(one)]),
  );
  const links = linksOf(described);
  for (const { ns, link } of placesOf(former.state.lab, former.observation)) {
    const { netns } = ns;
    const there = namespaces.get(netns)?.links.find(({ name }) => name === link.name);
    for (const { key, former: value, now: current } of changedSettings(ns, link, there)) {
      const one = settingOf(netns, key, value);
      if (desired.has(one.id)) continue;
      const on = links.get(`${netns}/${link.name}`);
      desired.set(one.id, on === undefined ? one : { ...one, needs: [...one.needs, on], goesWith: [on] });
      if (current !== null) observed.set(one.id, settingOf(netns, key, current));
    }
  }
  return { desired: { ...described, resources: desired }, observed: { ...found, resources: observed } };
}

type Namespaces = ReadonlyMap<string, NetnsObservation>;

/** What somebody else ended, or what cannot be what it was, does not; unless it is still there. */
function comesBack(one: Resource, { observation }: Former, found: State, now: Namespaces, wanted: State): boolean {
  const { kind, keep, props, netns, id } = one;
  const there = found.resources.get(id);
  switch (kind) {
    case 'sysctl':
      return props['value'] !== null || there !== undefined;
    // What a command has done is gone with its namespace.
    case 'exec':
      return there !== undefined || (!goes(netns, wanted) && now.get(netns)?.inode === inodeIn(observation, netns));
    case 'process':
      return props['state'] === 'running' || JSON.stringify(there?.props) === JSON.stringify(props);
    case 'veth':
      return there !== undefined || (props['name'] !== null && props['peer_name'] !== null);
    case 'container':
      return there !== undefined || props['running'] === true;
    default:
      return keep !== true || there !== undefined;
  }
}

/** The lab was to be without it: where it is there again it is new, and may have got the number of the one before. */
const goes = (netns: string, { resources, moves }: State): boolean =>
  netns !== HOST && moves === undefined && !resources.has(netnsId(netns));

const inodeIn = ({ host, namespaces }: Observation, netns: string): number | undefined =>
  [host, ...namespaces].find((ns) => ns.netns === netns)?.inode;

function settingNow(one: Resource, described: State, namespaces: Namespaces): Resource {
  const { keep, ...rest } = withMemory(one, namespaces.get(one.netns));
  const isChanged = rest.props['former'] !== null && described.resources.get(one.id)?.props['former'] === null;
  return keep === true && !(isOfHost(one) && isChanged) ? { ...rest, keep } : rest;
}

/** The scope that shows what there was, too: keys, and namespaces with rules. */
export function keysOf({ resources }: State): ReadonlyMap<string, readonly string[]> {
  const keys = new Map<string, string[]>();
  for (const { kind, netns, props } of resources.values()) {
    if (kind !== 'sysctl') continue;
    const list = keys.get(netns);
    if (list === undefined) keys.set(netns, [String(props['key'])]);
    else list.push(String(props['key']));
  }
  return keys;
}

/** Namespaces where the lab's rules stood. */
export function rulesOf({ resources }: State): readonly string[] {
  return [...new Set([HOST, ...[...resources.values()].filter(({ kind }) => kind === 'nftables').map(({ netns }) => netns)])];
}
