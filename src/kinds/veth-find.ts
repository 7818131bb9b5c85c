/** Finds the lab's veth pairs: ends are put together by their marks, and where a mark is missing by name or by index. */
import { parseMark } from '../model/names.js';
import type { Diagnostic } from '../model/diagnostic.js';
import type { LinkObservation, NetnsObservation, Observation } from '../model/observation.js';
import { HOST, type PropValue, type Props, type Resource, type ResourceId, type State } from '../model/state.js';
import { comparedMac, keptMac } from './kept-mac.js';
import type { FindContext, Found } from './kind.js';
import {
  containerKindOf,
  containerNamespaces,
  foreign,
  isContainerToBe,
  isOwnLink,
  labNamespaces,
  markedId,
  netnsNeeds,
  otherType,
  remadeIn,
  unmarkedOfLab,
} from './ownership.js';
import { RARE_OF, writeRare } from './rare-attributes.js';
import { writeEnd } from './veth-end.js';

interface FoundEnd {
  readonly netns: string;
  readonly link: LinkObservation;
}

const place = (netns: string, name: string): string => `${netns}/${name}`;
/** A link of the lab whose name is wanted for an end goes before the end comes. */
const isOtherOwn = (link: LinkObservation, lab: string): boolean => link.type !== 'veth' && isOwnLink(link, lab);
/** Seen from two namespaces at once, or from one. */
export const isPeer = (a: LinkObservation, b: LinkObservation): boolean => a.link === b.index && b.link === a.index;

/** Places of desired ends, with the id of the pair. */
function desiredEnds(desired: State): ReadonlyMap<string, ResourceId> {
  const ends = new Map<string, ResourceId>();
  for (const resource of desired.resources.values()) {
    if (resource.kind !== 'veth') continue;
    ends.set(place(resource.netns, String(resource.props['name'])), resource.id);
    ends.set(place(String(resource.props['peer_netns']), String(resource.props['peer_name'])), resource.id);
  }
  return ends;
}

/** What an end has that does not say. */
const NO_MASTER: Props = { master: '' };

function pairResource(id: ResourceId, ends: readonly FoundEnd[], containers: ReadonlySet<string>, desired: State): Resource {
  const wanted = desired.resources.get(id);
  const home = id.slice('veth:'.length);
  const netns = home.slice(0, home.indexOf('/'));
  const first = ends.find((end) => place(end.netns, end.link.name) === home) ?? ends.find((end) => end.netns === netns);
  const second = ends.find((end) => end !== first && (first === undefined || isPeer(end.link, first.link)));
  const props: Record<string, PropValue> = {
    name: first?.link.name ?? null,
    peer_netns: second?.netns ?? null,
    peer_name: second?.link.name ?? null,
  };
  writeEnd(props, '', first?.link.attributes ?? {}, NO_MASTER);
  props['mac'] = comparedMac(first?.link, wanted);
  props['group'] = first?.link.group ?? null;
  props['alias'] = first?.link.alias ?? null;
  writeEnd(props, 'peer_', second?.link.attributes ?? {}, NO_MASTER);
  props['peer_mac'] = comparedMac(second?.link, wanted, 'peer_');
  props['peer_group'] = second?.link.group ?? null;
  props['peer_alias'] = second?.link.alias ?? null;
  writeRare(props, first?.link, RARE_OF.veth);
  writeRare(props, second?.link, RARE_OF.veth, 'peer_');
  const both = [first && { ...first, prefix: '' }, second && { ...second, prefix: 'peer_' }].filter((end) => end !== undefined);
  return {
    id,
    kind: 'veth',
    netns: first?.netns ?? netns,
    props,
    needs: [...netnsNeeds(netns), ...(second === undefined ? [] : netnsNeeds(second.netns))],
    ...keptMac(both, wanted),
    // Another container's namespace, by the same name, needs another pair; one that the lab made is another only where a container follows.
    ...(containers.size === 0 ? {} : { goesWith: inside(ends, (netns) => containers.has(netns)) }),
    ...remadeIn(inside(ends, (netns) => !containers.has(netns) && isContainerToBe(netns, desired))),
  };
}

const inside = (ends: readonly FoundEnd[], isIt: (netns: string) => boolean): readonly ResourceId[] =>
  ends.filter(({ netns }) => isIt(netns)).flatMap(({ netns }) => netnsNeeds(netns));

/** Ends without a mark that belong to a marked one: the other end of the same pair. */
function adopt(byId: Map<ResourceId, FoundEnd[]>, unmarked: readonly FoundEnd[], wanted: ReadonlyMap<string, ResourceId>): void {
  const lonely = [...byId].filter(([, ends]) => ends.length === 1);
  for (const end of unmarked) {
    const known = wanted.get(place(end.netns, end.link.name));
    const id = known ?? lonely.find(([, ends]) => ends[0] !== undefined && isPeer(ends[0].link, end.link))?.[0];
    if (id !== undefined) byId.set(id, [...(byId.get(id) ?? []), end]);
  }
}

/** The lab's pairs among all links of the host and of the lab's namespaces, and foreign links in the way of desired ends. */
export function findVeths({ observation, desired, linkAt }: FindContext): Found {
  const wanted = desiredEnds(desired);
  const byId = new Map<ResourceId, FoundEnd[]>();
  const unmarked: FoundEnd[] = [];
  const conflicts: Diagnostic[] = [];
  const shared = containerNamespaces(observation, desired.lab);
  const containers = new Set(shared.map(({ netns }) => netns));
  const ofContainers = new Set(shared.filter((ns) => containerKindOf(ns, desired.lab) !== 'adopted').map(({ netns }) => netns));
  const visit = (ns: NetnsObservation, link: LinkObservation): void => {
    const isShared = ns.netns === HOST || containers.has(ns.netns);
    const id = markedId(link, desired.lab);
    const end = { netns: ns.netns, link };
    if (link.type === 'veth' && id?.startsWith('veth:') === true) byId.set(id, [...(byId.get(id) ?? []), end]);
    else if (link.type === 'veth' && (isShared ? unmarkedOfLab(link, desired.lab) : link.alias === '')) unmarked.push(end);
    // A bridge of the lab whose name is wanted for an end goes before the end comes.
    else if (isShared && linkAt(ns.netns, link.name) === undefined && !isOtherOwn(link, desired.lab)) {
      const resource = desired.resources.get(wanted.get(place(ns.netns, link.name)) ?? '');
      const where = ns.netns === HOST ? '' : ` in ${ns.netns}`;
      if (resource !== undefined)
        conflicts.push(
          foreign(
            'foreign-link',
            `a link named ${link.name}${where}`,
            resource,
            parseMark(link.alias)?.lab ?? null,
            notThePair(link, resource),
          ),
        );
    }
  };
  for (const ns of [observation.host, ...labNamespaces(observation, desired.lab)]) for (const link of ns.links) visit(ns, link);
  adopt(byId, unmarked, wanted);
  return {
    resources: [...byId].map(([id, ends]) => pairResource(id, ends, ofContainers, desired)),
    conflicts: [...conflicts, ...missingMasters(observation, desired, linkAt)],
  };
}

/** That both ends are there, with the names that the file gives them, is seen by `claim.ts`. */
function notThePair(link: LinkObservation, { netns, props }: Resource): string {
  const ends = `${netns}:${String(props['name'])} and ${String(props['peer_netns'])}:${String(props['peer_name'])}`;
  return (
    otherType(link, 'veth') ??
    `topo apply --adopt takes it over if it is the veth between ${ends} (interface_name and host_interface name them); otherwise`
  );
}

/** Bridges of the host itself that the file calls external must be there, and somebody else's. */
function missingMasters(observation: Observation, desired: State, linkAt: FindContext['linkAt']): Diagnostic[] {
  const there = new Set(observation.host.links.filter((link) => link.type === 'bridge').map((link) => link.name));
  const told = new Set<string>();
  const conflicts: Diagnostic[] = [];
  for (const resource of desired.resources.values()) {
    const isPort = resource.kind === 'veth' && resource.props['peer_netns'] === HOST;
    const master = isPort ? String(resource.props['peer_master']) : '';
    const own = linkAt(HOST, master) !== undefined;
    if (master === '' || (there.has(master) && !own) || desired.resources.has(`bridge:${HOST}/${master}`) || told.has(master)) continue;
    told.add(master);
    conflicts.push({
      code: own ? 'external-bridge-own' : 'external-bridge-missing',
      severity: 'error',
      message: own
        ? `the topology calls the bridge ${master} external, but it is this lab's own: it would be removed`
        : `the host has no bridge named ${master}, which the topology calls external`,
      ...(resource.at === undefined ? {} : { at: resource.at }),
      hint: own
        ? `remove "external: true", or give up the lab first (topo destroy) and make the bridge yourself`
        : `make it first (ip link add ${master} type bridge), or let topo make it: remove "external: true"`,
    });
  }
  return conflicts;
}
