/** `routing` of nodes → a BIRD daemon in each. */
import { sysctlResource } from '../../kinds/sysctl.js';
import type { Diagnostic } from '../../model/diagnostic.js';
import { familyOf } from '../../model/address.js';
import type { Routing } from '../../model/routing.js';
import type { Resource } from '../../model/state.js';
import { canonicalKey } from '../../model/sysctl-key.js';
import type { Lab, LabNode } from '../lab.js';
import type { BirdAddition } from './addition.js';
import { ALL, NONE, type BirdConfig, type BirdFilter, type BirdProtocol } from './config.js';
import { birdDaemon } from './daemon.js';
import { keptApart } from './kept-apart.js';
import { ospfProblems } from './ospf-problems.js';
import { ospfProtocols } from './ospf.js';
import { routerIdOf, routersIn } from './routers.js';
import { subnetsOf } from './segments.js';
import { sessionProblems } from './session-problems.js';
import { sessionsOf, type Session } from './sessions.js';

/** `additions`: by namespace. Nothing, and no work, where no node has `routing` and no driver asks for it. */
export function routingResources(lab: Lab, additions: ReadonlyMap<string, BirdAddition>, diagnostics: Diagnostic[]): readonly Resource[] {
  const nodes = lab.nodes.filter(({ node, netns }) => node.routing !== undefined || additions.has(netns));
  if (nodes.length === 0) return [];
  const routers = routersIn(lab);
  const sessions = new Map(nodes.map((node) => [node, sessionsOf(routers.byName(node.node.name)!, routers, diagnostics)]));
  diagnostics.push(
    ...sessionProblems(sessions),
    ...ospfProblems(nodes),
    ...idsTwice(lab.name, nodes),
    ...nodes.flatMap((node) => unknownPrefixes(node, lab.networks)),
  );
  for (const [node, own] of sessions) diagnostics.push(...keptApart(node, own), ...alsoAdded(node, own, additions.get(node.netns)));
  return nodes.flatMap((node) => [
    ...orphans(node),
    ...birdDaemon({
      lab: lab.name,
      node: node.node.name,
      netns: node.netns,
      config: configOf(lab.name, node, sessions.get(node) ?? [], additions.get(node.netns)),
      needs: [],
      path: node.node.routing === undefined ? additions.get(node.netns)!.path : `${node.path}.routing`,
      at: node.node.routing?.at ?? additions.get(node.netns)!.at,
    }),
  ]);
}

const ORPHANS = 'net.ipv4.tcp_orphan_retries';

/**
 * A session that ends because its link is cut leaves a socket that would say goodbye for minutes, and holds the namespace as long:
 * the kernel gives it up after one more try (`tcp_orphan_retries`).
 */
function orphans({ node, netns, path }: LabNode): readonly Resource[] {
  if (node.routing?.bgp === undefined || node.sysctls.some(({ key }) => canonicalKey(key) === ORPHANS)) return [];
  return [sysctlResource({ netns, key: ORPHANS, value: '1', remember: true, path: `${path}.routing`, at: node.routing.at })];
}

function configOf(lab: string, node: LabNode, sessions: readonly Session[], addition: BirdAddition | undefined): BirdConfig {
  const routing = node.node.routing ?? { at: node.at, multipath: true, static: [] };
  const bfd =
    sessions.some(({ neighbor }) => neighbor.bfd) || (routing.ospf?.areas ?? []).some((area) => area.interfaces.some((on) => on.bfd));
  return {
    routerId: routerIdOf(lab, node),
    protocols: [
      { protocol: 'direct', name: 'connected', families: [4, 6] },
      ...([4, 6] as const).map((family) => kernelOf(node, routing, family, addition)),
      ...staticProtocols(routing),
      ...sessions.map((session) => bgpProtocol(routing, session, addition)),
      ...ospfProtocols(node, routing),
      ...(addition?.protocols ?? []),
      ...(bfd ? [{ protocol: 'bfd', name: 'bfd-all' } as const] : []),
    ],
  };
}

/** What the kernel has by itself, or from the file, stays the kernel's. */
const TO_KERNEL: BirdFilter = { rules: [{ match: { sources: ['connected', 'kernel'] }, verdict: 'reject' }], otherwise: 'accept' };

function kernelOf({ node }: LabNode, routing: Routing, family: 4 | 6, addition: BirdAddition | undefined): BirdProtocol {
  const own = node.routes.filter(({ to, table }) => table === undefined && familyOf(to) === family).map(({ to }) => to);
  const wanted = new Set(routing.bgp?.networks.map(({ cidr }) => cidr));
  const all = [routing.bgp, routing.ospf].some((one) => one?.redistribute.includes('kernel'));
  const learned = own.filter((to) => all || wanted.has(to));
  const name = `kernel-${family}`;
  const plain = { protocol: 'kernel', name, family, mergePaths: routing.multipath } as const;
  if (addition === undefined) return { ...plain, import: accepting(learned), export: TO_KERNEL };
  // Next hops behind a router are found by the host's own routes.
  const alien: BirdFilter = { rules: addition.ignored, otherwise: 'accept' };
  return { ...plain, import: alien, export: { ...TO_KERNEL, rules: [...addition.kept, ...TO_KERNEL.rules] } };
}

function accepting(prefixes: readonly string[]): BirdFilter {
  return prefixes.length === 0 ? NONE : { rules: [{ match: { prefixes }, verdict: 'accept' }], otherwise: 'reject' };
}

function staticProtocols(routing: Routing): readonly BirdProtocol[] {
  return ([4, 6] as const).flatMap((family) => {
    const own = routing.static.filter(({ to }) => familyOf(to) === family);
    const routes = own.map(({ to, type, via }) => ({ to, target: type === 'unicast' ? via : type }));
    return routes.length === 0 ? [] : [{ protocol: 'static', name: `static-${family}`, family, routes }];
  });
}

function bgpProtocol({ bgp }: Routing, session: Session, addition: BirdAddition | undefined): BirdProtocol {
  const { neighbor, remote, local, direct, family } = session;
  const { asn, networks, redistribute, clusterId } = bgp!;
  const { nextHopSelf, routeReflectorClient, passive, bfd, password, holdTime, keepalive } = neighbor;
  return {
    protocol: 'bgp',
    name: `bgp-${remote}`,
    description: neighbor.peer,
    local: local === undefined ? { asn } : { address: local, asn },
    neighbor: { address: remote, asn: session.asn },
    families: [family],
    import: ALL,
    export: {
      rules: [
        ...(addition?.announced ?? []),
        { match: { sources: ['bgp', ...redistribute] }, verdict: 'accept' },
        { match: { prefixes: networks.map(({ cidr }) => cidr) }, verdict: 'accept' },
      ],
      otherwise: 'reject',
    },
    distance: direct ? 'direct' : (neighbor.multihop ?? 0),
    ...{ nextHopSelf, routeReflectorClient, passive, bfd, holdTime },
    ...(clusterId === undefined || !routeReflectorClient ? {} : { clusterId }),
    ...(password === undefined ? {} : { password }),
    ...(keepalive === undefined ? {} : { keepalive }),
  };
}

/** What OSPF learns may be announced as well. */
function unknownPrefixes(lab: LabNode, networks: Lab['networks']): readonly Diagnostic[] {
  const { node } = lab;
  const { bgp, ospf, static: routes } = node.routing ?? { static: [] };
  if (bgp === undefined || ospf !== undefined) return [];
  const known = new Set([...subnetsOf(lab, networks), ...routes.map(({ to }) => to), ...node.routes.map(({ to }) => to)]);
  return bgp.networks
    .filter(({ cidr }) => !known.has(cidr))
    .map(({ cidr, at }) => ({
      code: 'bgp-network-unknown',
      severity: 'error',
      message: `${node.name} announces ${cidr}, and has no address in a subnet of that name and no route to it: nothing would be announced`,
      at,
      hint: `for an aggregate add routing.static: [{ to: ${cidr}, type: blackhole }]`,
    }));
}

/** BIRD tells what arrives by the address that it comes from: two sessions with one address are taken for each other. */
function alsoAdded({ node }: LabNode, own: readonly Session[], addition: BirdAddition | undefined): readonly Diagnostic[] {
  const added = addition?.protocols.flatMap((one) => (one.protocol === 'bgp' ? [one.neighbor.address] : [])) ?? [];
  return own
    .filter(({ remote }) => added.includes(remote))
    .map(({ neighbor, remote }) => ({
      code: 'bgp-neighbor-twice',
      severity: 'error',
      message: `${node.name} has a session with ${remote} by ${addition?.path ?? 'a network'}: a neighbor is a second one`,
      at: neighbor.at,
      hint: 'remove it here, or let it go to another address of the peer',
      ...(addition === undefined ? {} : { related: [{ message: 'the network is here', at: addition.at }] }),
    }));
}

const placeOf = ({ node, at }: LabNode): LabNode['at'] => node.routing?.at ?? at;

function idsTwice(lab: string, nodes: readonly LabNode[]): readonly Diagnostic[] {
  const first = new Map<string, LabNode>();
  return nodes.flatMap((node): Diagnostic[] => {
    const id = routerIdOf(lab, node);
    const before = first.get(id);
    if (before === undefined) {
      first.set(id, node);
      return [];
    }
    const at = placeOf(node);
    const related = [{ message: `${before.node.name}'s is here`, at: placeOf(before) }];
    const message = `${node.node.name} and ${before.node.name} are routers with the same identifier ${id}`;
    return [{ code: 'router-id-twice', severity: 'error', message, at, hint: 'give one of them a router_id', related }];
  });
}
