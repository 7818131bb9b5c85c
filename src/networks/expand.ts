/** Topology → the state of the kernel that it asks for. */
import type { Diagnostic } from '../model/diagnostic.js';
import { BRIDGE_NETFILTER } from '../kinds/isolated-ports.js';
import { DRIVERS } from '../model/driver.js';
import { HOST, type Resource, type ResourceId, type State } from '../model/state.js';
import type { Topology } from '../model/topology.js';
import { BIRD_PROGRAMS } from './bird/daemon.js';
import { routingResources } from './bird/routing.js';
import { bridgeResources } from './bridge.js';
import { calicoAdditions } from './calico/bgp.js';
import { calicoGateways, calicoHome, hostsByNetns } from './calico/home.js';
import { containerResources, containersOf } from './containers.js';
import { crossingsOf } from './crossings.js';
import { DNS_PORT, DNS_PROGRAMS, DNS_PROTOCOLS } from './dns-server.js';
import { dnsViewsOf, type DnsView } from './dns-views.js';
import { flannelResources } from './flannel.js';
import { firewall } from './firewall.js';
import { routersOf } from './gateways.js';
import { hostSettings } from './host.js';
import { homesOf, type Homes } from './homes.js';
import { joinedResources } from './joined.js';
import type { Lab, LabNetwork } from './lab.js';
import { linkResources } from './links.js';
import { shimResources } from './macvlan.js';
import { namesOf } from './names.js';
import { nodeResources } from './nodes.js';
import { overlayResources } from './overlay.js';
import { onParents } from './parents.js';
import { protectionResources, subjectsOf } from './protections.js';
import { isOnLoopback, publicationsOf } from './publications.js';
import { outletsOf } from './underlay.js';
import { resolve } from './resolve.js';

/** What must be read of the kernel to compare it with a desired state. */
export interface Observed {
  /** Names of the nodes' namespaces. */
  readonly namespaces: readonly string[];
  /** Namespace → keys of settings. */
  readonly sysctls: ReadonlyMap<string, readonly string[]>;
  /** Namespaces where rules may stand. */
  readonly rules: readonly string[];
  /** Ports of the host itself: what other labs publish must be read. */
  readonly publishes: boolean;
  /** Hosts on which others may drop what the lab sends. */
  readonly passed: readonly string[];
  /** The lab has macvlan links; absent: it has none. */
  readonly shares?: boolean;
  /** Types of links that a kernel may be built without; absent: it has none of them. */
  readonly linkTypes?: readonly string[];
  /** Containers and images that a container runtime is asked for; absent: it need not be asked. */
  readonly containers?: NonNullable<ReturnType<typeof containersOf>>;
  /** Programs that the lab's own processes are. */
  readonly programs: readonly string[];
  readonly ports: readonly { readonly netns: string; readonly protocol: 'tcp' | 'udp'; readonly from: number; readonly to: number }[];
}

export interface Expansion {
  readonly state: State;
  /** Errors: what the state cannot have. */
  readonly diagnostics: readonly Diagnostic[];
  readonly observe: Observed;
}

/** A function of the topology alone: of a valid one, the same on every machine. */
export function expand(topology: Topology): Expansion {
  const diagnostics: Diagnostic[] = [];
  const lab = resolve(topology, diagnostics);
  const views = dnsViewsOf(lab);
  const state: State = {
    lab: lab.name,
    resources: unique(resourcesOf(lab, topology, views, diagnostics), diagnostics),
    subjects: subjectsOf(topology),
    ...(topology.moved === undefined ? {} : { moves: topology.moved }),
  };
  const containers = containersOf(topology);
  const homes = homesOf(topology);
  return {
    state,
    diagnostics,
    observe: {
      namespaces: lab.nodes.map((node) => node.netns),
      sysctls: sysctlKeys(state, homesWithBridgeSettings(lab)),
      rules: [HOST, ...lab.nodes.filter(({ node }) => node.isHost === true).map(({ netns }) => netns)],
      programs: programsOf(topology),
      publishes: topology.nodes.some((node) => node.ports.length > 0 && homes.of(node) === HOST),
      passed: passedBy(lab),
      ...(topology.networks.some(({ driver }) => driver === 'macvlan') ? { shares: true } : {}),
      ...(topology.networks.some(({ driver }) => DRIVERS[driver].tunnels) ? { linkTypes: ['vxlan'] } : {}),
      ...(containers === undefined ? {} : { containers }),
      ports: [...publishedPorts(topology, homes), ...dnsPorts(lab, views)],
    },
  };
}

function programsOf({ networks, nodes }: Topology): readonly string[] {
  const servers = networks.some(({ dns }) => dns === 'server') ? DNS_PROGRAMS : [];
  const routes = nodes.some(({ routing }) => routing !== undefined) || networks.some(({ driver }) => driver === 'calico');
  return routes ? [...servers, ...BIRD_PROGRAMS] : servers;
}

function resourcesOf(lab: Lab, topology: Topology, views: readonly DnsView[], diagnostics: Diagnostic[]): readonly Resource[] {
  const routers = routersOf(lab.nodes);
  const publications = publicationsOf(lab.nodes, routers);
  const onLoopback = new Set(publications.filter(isOnLoopback).map(({ network }) => network));
  const shared = sharedNetworks(lab);
  const names = namesOf(lab, views);
  const outlets = outletsOf(topology, lab);
  const hosts = hostsByNetns(lab.nodes);
  const resources = [
    ...names.resources,
    ...containerResources(topology, names.setOf),
    ...hostSettings(lab.networks),
    ...firewall(lab, publications, crossingsOf(outlets.values()), views),
    ...lab.networks.flatMap((network) =>
      network.pool === undefined
        ? bridgeResources(lab.name, network, { loopback: onLoopback.has(network), shared: shared.has(network) })
        : calicoHome(network, hosts),
    ),
    ...calicoGateways(lab.networks, hosts, routers),
    ...[...outlets.values()].flatMap((all) => flannelResources(lab.name, all)),
    ...overlayResources(topology, lab),
    ...lab.nodes.flatMap((node) => nodeResources(lab.name, node, names.setOf.get(node.netns) ?? '', routers, diagnostics)),
    ...lab.links.flatMap((link) => linkResources(lab.name, link)),
    ...joinedResources(lab.name, lab.joined),
    ...routingResources(lab, calicoAdditions(topology, lab, diagnostics), diagnostics),
    ...shimResources(lab),
    ...protectionResources(topology, lab),
  ];
  return onParents(lab, resources, diagnostics);
}

/** With more than one node, or with tunnels to others. */
function sharedNetworks({ networks, nodes }: Lab): ReadonlySet<LabNetwork> {
  const seen = new Set<LabNetwork>();
  const shared = new Set(networks.filter(({ tunnel }) => tunnel !== undefined));
  for (const { network } of nodes.flatMap(({ attachments }) => attachments))
    if (seen.has(network)) shared.add(network);
    else seen.add(network);
  return shared;
}

/** Validation finds what the file says twice; what it cannot see (a rule written twice) is told here. */
function unique(resources: readonly Resource[], diagnostics: Diagnostic[]): ReadonlyMap<ResourceId, Resource> {
  const byId = new Map<ResourceId, Resource>();
  for (const resource of resources) {
    const first = byId.get(resource.id);
    if (first === undefined) byId.set(resource.id, resource);
    else diagnostics.push(declaredTwice(first, resource));
  }
  return byId;
}

function declaredTwice(first: Resource, second: Resource): Diagnostic {
  const at = second.at === undefined ? {} : { at: second.at };
  return {
    code: 'declared-twice',
    severity: 'error',
    message: `${second.path ?? second.id} asks for what ${first.path ?? first.id} asks for already: ${second.id}`,
    ...at,
    hint: 'remove one of the two',
    related: [{ message: 'the first one is here', ...(first.at === undefined ? {} : { at: first.at }) }],
  };
}

/**
 * What kept-apart nodes reach depends on settings there, and what passes the host's rules within a network. What the machine has
 * says what a new namespace begins with.
 */
function homesWithBridgeSettings(lab: Lab): readonly string[] {
  const homes = lab.networks.filter(({ hosted, network }) => hosted && !network.icc).map(({ home }) => home);
  const all = [...homes, ...passedBy(lab)];
  return all.length === 0 ? [] : [...new Set([HOST, ...all])];
}

/** With br_netfilter even what stays within a bridge passes the host's rules. */
const passedBy = ({ networks }: Lab): readonly string[] => [
  ...new Set(networks.filter(({ network }) => network.driver !== 'macvlan' && !network.external).map(({ home }) => home)),
];

function publishedPorts({ nodes }: Topology, homes: Homes): Observed['ports'] {
  return nodes.flatMap((node) =>
    node.ports.map(({ protocol, hostPort, count }) => ({ netns: homes.of(node), protocol, from: hostPort, to: hostPort + count - 1 })),
  );
}

function dnsPorts({ networks }: Lab, views: readonly DnsView[]): Observed['ports'] {
  const served = networks.filter(({ network }) => network.dns === 'server').map(({ home }) => ({ home, port: DNS_PORT }));
  return [...served, ...views].flatMap(({ home, port }) =>
    DNS_PROTOCOLS.map((protocol) => ({ netns: home, protocol, from: port, to: port })),
  );
}

function sysctlKeys(state: State, withBridgeSettings: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const keys = new Map<string, string[]>(withBridgeSettings.map((netns) => [netns, Object.values(BRIDGE_NETFILTER)]));
  for (const { kind, netns, props } of state.resources.values()) {
    if (kind !== 'sysctl') continue;
    const list = keys.get(netns);
    if (list === undefined) keys.set(netns, [String(props['key'])]);
    else list.push(String(props['key']));
  }
  return keys;
}
