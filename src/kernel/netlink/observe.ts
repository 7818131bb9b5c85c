/** The state of the machine, as far as it concerns a lab. */
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { parseMark } from '../../model/names.js';
import type {
  LinkObservation,
  ListenerObservation,
  NamedNetnsObservation,
  NetnsObservation,
  NftTableObservation,
  Observation,
} from '../../model/observation.js';
import { nftTableName } from '../../model/names.js';
import { HOST } from '../../model/state.js';
import type { Nodes, ObservationScope, PortSpan } from '../kernel.js';
import { PATH } from '../processes/script.js';
import { whyNot } from '../program-file.js';
import { observeNodeFiles } from '../node-files/observe.js';
import { observeProcesses } from '../processes/observe.js';
import type { Ahead } from './ahead.js';
import { isIdle } from './carriers.js';
import { hasFdb, readFdb } from './fdb.js';
import { FORWARDING_KEYS } from './netconf.js';
import { readFirewalls } from './firewalls.js';
import { readListeners } from './listeners.js';
import { readTable, tableNames } from './nft/dump.js';
import { dumpNetns, type NetnsDump } from './observe-netns.js';
import { readSysctl } from './proc-sys.js';
import { excuseLinkLocals, lacksLinkLocal } from './link-local.js';
import { hasQdisc, readQdiscs } from './qdiscs.js';
import { withParents } from './parents.js';
import { readLink } from './read-link.js';
import { hasLinkType } from './parts.js';
import { readSharing } from './sharing.js';
import type { Absence, Session, Sessions } from './sessions.js';
import type { NetlinkSocket } from './socket.js';
import { rememberedOf } from './sysctls.js';

/** `ahead` has begun after the last change that matters here. */
export function observe(sessions: Sessions, scope: ObservationScope, nodes?: Nodes, ahead?: Ahead): Observation {
  const observed = nodes === undefined ? observeNamespaces(sessions, scope, ahead) : withHosts(sessions, scope, nodes.namespaces);
  const home = observeOne(sessions, sessions.host(), scope, ahead?.netns(HOST)?.dump);
  const [host, ...namespaces] = withParents(sessions, [home, ...observed]) as Observed;
  const files = observeNodeFiles(scope.lab, nodes?.links ?? ahead?.links());
  const processes = observeProcesses(scope.lab, (netns) => sessions.path(netns));
  return { host, namespaces, ...readSurroundings(sessions, scope, host, namespaces), files, processes };
}

type Surroundings = Omit<Observation, 'host' | 'namespaces' | 'files' | 'processes' | 'containers'>;

/** What others have on the hosts, as far as it matters to the lab. */
export function readSurroundings(
  sessions: Sessions,
  scope: ObservationScope,
  host: NetnsObservation,
  namespaces: readonly NamedNetnsObservation[],
): Surroundings {
  return {
    otherLabs: otherLabs(host, scope.lab),
    otherTables: scope.publishes === true ? readOtherTables(sessions.netfilter(HOST), nftTableName(scope.lab)) : [],
    listeners: listenersOf(sessions, scope.ports ?? []),
    foreignChains: readFirewalls(sessions, scope.passed ?? [], isOfTopo),
    missingPrograms: (scope.programs ?? []).filter((name) => whyNot(name, PATH) !== null),
    ...(existsSync(IPV6_SETTINGS) ? {} : { ipv6Missing: true as const }),
    ...(scope.linkTypes === undefined ? {} : { missingLinkTypes: missingTypes(sessions, scope.linkTypes) }),
    ...(scope.shares === true ? { sharing: readSharing(sessions, host, namespaces) } : {}),
  };
}

/** Of a kernel without IPv6, or with `ipv6.disable=1`, there are none. */
const IPV6_SETTINGS = '/proc/sys/net/ipv6/conf';

/** The host's first. */
export type Observed = [NamedNetnsObservation, ...NamedNetnsObservation[]];

const missingTypes = (sessions: Sessions, types: readonly string[]): readonly string[] =>
  types.filter((type) => !hasLinkType(sessions.host().socket, type));

/** A host that is still to come has none. */
function listenersOf(sessions: Sessions, ports: readonly PortSpan[]): readonly ListenerObservation[] {
  const there = new Set(ports.map(({ netns }) => netns));
  return [...there].flatMap((netns) => {
    const spans = ports.filter((span) => span.netns === netns);
    if (netns === HOST) return readListeners(netns, spans);
    const [found] = sessions.visit([netns], () => readListeners(netns, spans));
    return typeof found === 'string' ? [] : found!;
  });
}

export function observeNodes(sessions: Sessions, scope: ObservationScope, ahead?: Ahead): Nodes {
  const namespaces = observeNamespaces(sessions, scope, ahead, new Set(scope.rules));
  const links = ahead?.links();
  return { namespaces, ...(links === undefined ? {} : { links }) };
}

/** Those of simulated hosts are read now, whether or not they were read before. */
function withHosts(sessions: Sessions, scope: ObservationScope, nodes: readonly NamedNetnsObservation[]): readonly NamedNetnsObservation[] {
  const asked = new Set(scope.namespaces);
  const hosts = [...new Set([...scope.rules, ...nodes.filter((ns) => isHost(scope, ns)).map(({ netns }) => netns)])].filter(
    (netns) => netns !== HOST,
  );
  if (hosts.length === 0) return nodes;
  const visited = visitNamespaces(sessions, scope, hosts, asked);
  const all = new Map(nodes.map((ns) => [ns.netns, [ns] as readonly NamedNetnsObservation[]]));
  hosts.forEach((netns, i) => all.set(netns, asObserved(sessions, scope, netns, visited[i]!, asked)));
  return inOrder(all);
}

/** Of their names. */
export const inOrder = (all: ReadonlyMap<string, readonly NamedNetnsObservation[]>): readonly NamedNetnsObservation[] =>
  [...all].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, one]) => one);

/** Networks of the lab have their bridges there. */
export const isHost = (scope: ObservationScope, { netns, links }: NetnsObservation): boolean =>
  scope.rules.includes(netns) || links.some((link) => isBridgeOf(scope.lab, link));

/** In the order of their names; without those that are left out. */
function observeNamespaces(
  sessions: Sessions,
  scope: ObservationScope,
  ahead?: Ahead,
  without: ReadonlySet<string> = NO_NAMES,
): readonly NamedNetnsObservation[] {
  const asked = new Set(scope.namespaces);
  const names = sessions.names().filter((name) => name !== HOST && !without.has(name));
  const known = new Map<string, Visited>();
  const look = (some: readonly string[]): void => {
    const visited = visitNamespaces(sessions, scope, some, asked);
    some.forEach((name, i) => known.set(name, visited[i]!));
  };
  if (ahead !== undefined) {
    const willAsk = (name: string): boolean => !without.has(name) && !isReadHere(name, scope);
    for (let some = ahead.take(willAsk); some.length > 0; some = ahead.take(willAsk)) look(some.filter((name) => !without.has(name)));
    for (const name of names) {
      const one = known.has(name) ? undefined : observedAhead(name, scope, asked.has(name), ahead);
      if (one !== undefined) known.set(name, one);
    }
  }
  look(names.filter((name) => !known.has(name)));
  return names.flatMap((name) => asObserved(sessions, scope, name, known.get(name) ?? null, asked));
}

const NO_NAMES: ReadonlySet<string> = new Set();

/** Null: it does not matter. */
type Visited = NamedNetnsObservation | Absence | null;

export function visitNamespaces(
  sessions: Sessions,
  scope: ObservationScope,
  names: readonly string[],
  asked: ReadonlySet<string>,
): readonly Visited[] {
  return sessions.visit(names, (session) => {
    if (asked.has(session.netns)) return observeOne(sessions, session, scope);
    // By its name, all of it is wanted: to ask whose it is before would be one question more.
    const dump = session.netns.startsWith(`${scope.lab}.`) ? dumpNetns(session.socket) : undefined;
    const lab = dump === undefined ? labOf(session.socket) : markedLab(dump.links.find(({ name }) => name === 'lo'));
    return lab === scope.lab ? observeOne(sessions, session, scope, dump) : null;
  });
}

export function asObserved(
  sessions: Sessions,
  { lab }: ObservationScope,
  name: string,
  one: Visited,
  asked: ReadonlySet<string>,
): readonly NamedNetnsObservation[] {
  if (one === 'stale' && (asked.has(name) || isLeftBy(lab, sessions.path(name)))) return [staleNamespace(name)];
  return one === null || typeof one === 'string' ? [] : [one];
}

/**
 * Null: it does not matter. Undefined: it has to be read, for it was not, or files or rules have to be read as well, or it is
 * to be asked again (`carriers.ts`).
 */
function observedAhead(netns: string, scope: ObservationScope, asked: boolean, ahead: Ahead): NamedNetnsObservation | null | undefined {
  if (isReadHere(netns, scope)) return undefined;
  const read = ahead.netns(netns);
  if (read === null) return undefined;
  const { inode, dump } = read;
  const lo = dump.links.find((link) => link.name === 'lo');
  if (parseMark(lo?.alias ?? '')?.lab !== scope.lab) return asked ? undefined : null;
  if (rememberedOf(lo?.altnames ?? []).size > 0 || dump.links.some((link) => mustBeAsked(link, scope.lab))) return undefined;
  return { netns, inode, ...dump, sysctls: NO_SYSCTLS, remembered: NO_SYSCTLS, nft: null, stale: false };
}

/** Files or rules have to be read as well. */
const isReadHere = (netns: string, { sysctls, rules }: ObservationScope): boolean =>
  netns !== HOST && (sysctls.has(netns) || rules.includes(netns));

const mustBeAsked = (link: NetnsDump['links'][number], lab: string): boolean =>
  isIdle(link) || isBridgeOf(lab, link) || hasFdb(link) || hasQdisc(link) || lacksLinkLocal(link);

const NO_SYSCTLS: ReadonlyMap<string, string> = new Map();

const rememberedIn = ({ links }: Pick<NetnsDump, 'links'>): Map<string, string> =>
  rememberedOf(links.find((link) => link.name === 'lo')?.altnames ?? []);

/** Whose namespace it is: lo's alias says so. */
const labOf = (socket: Session['socket']): string | null => markedLab(readLink(socket, 'lo'));

const markedLab = (lo: { readonly alias: string } | null | undefined): string | null => parseMark(lo?.alias ?? '')?.lab ?? null;

/** The thread stands in the namespace. */
export function observeOne(
  sessions: Sessions,
  session: Session,
  scope: ObservationScope,
  dump: NetnsDump = dumpNetns(session.socket),
): NamedNetnsObservation {
  const { netns } = session;
  const { forwarding, links, addresses, routes, localAddresses, rules, neighbours } = dump;
  session.idle = links.filter(isIdle).map(({ name }) => name);
  const fdb = links.some(hasFdb) ? readFdb(session.socket, links) : undefined;
  const qdiscs = links.some(hasQdisc) ? readQdiscs(session.socket, links) : undefined;
  const remembered = rememberedIn(dump);
  const sysctls = new Map<string, string | null>();
  const read = (key: string): void => {
    const family = FORWARDING_KEYS.get(key);
    sysctls.set(key, family === undefined ? readSysctl(key) : forwarding[family]);
  };
  scope.sysctls.get(netns)?.forEach(read);
  // So far those alone have been read that the file asks for.
  excuseLinkLocals(links, sysctls);
  for (const key of remembered.keys()) if (!sysctls.has(key)) read(key);
  const nft =
    scope.rules.includes(netns) || (netns !== HOST && links.some((link) => isBridgeOf(scope.lab, link)))
      ? readTable(sessions.netfilter(netns), nftTableName(scope.lab))
      : null;
  return {
    netns,
    inode: session.inode,
    links,
    addresses,
    routes,
    localAddresses,
    rules,
    neighbours,
    ...(fdb === undefined ? {} : { fdb }),
    ...(qdiscs === undefined ? {} : { qdiscs }),
    forwarding,
    sysctls,
    remembered,
    nft,
    stale: false,
  };
}

/** Where a network of the lab is, or was, its rules may be. */
const isBridgeOf = (lab: string, { type, alias }: LinkObservation): boolean => type === 'bridge' && parseMark(alias)?.lab === lab;

function readOtherTables(socket: NetlinkSocket, own: string): readonly NftTableObservation[] {
  const names = tableNames(socket).filter((name) => name !== own && isOfTopo(name));
  return names.map((name) => readTable(socket, name)).filter((table) => table !== null);
}

/** A lab drops nothing of another one's. */
const isOfTopo = (table: string): boolean => table.startsWith(nftTableName(''));

/** What `takePlace` has written there. */
function isLeftBy(lab: string, path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isFile() === true && stat.size <= MAX_MARK && parseMark(readFileSync(path, 'utf8'))?.lab === lab;
}

/** IFALIASZ of linux/if.h, which is what a mark may have. */
const MAX_MARK = 256;

function staleNamespace(netns: string): NamedNetnsObservation {
  const nothing = {
    links: [],
    addresses: [],
    routes: [],
    localAddresses: new Set<string>(),
    rules: [],
    neighbours: [],
    forwarding: { 4: null, 6: null },
    sysctls: new Map(),
    remembered: new Map(),
    nft: null,
  };
  return { netns, ...nothing, stale: true };
}

function otherLabs(host: NetnsObservation, lab: string): readonly string[] {
  const labs = host.links.map((link) => parseMark(link.alias)?.lab).filter((other) => other !== undefined && other !== lab);
  return [...new Set(labs as string[])].sort();
}
