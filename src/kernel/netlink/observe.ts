/** The state of the machine, as far as it concerns a lab. */
import { parseMark } from '../../model/names.js';
import type { NamedNetnsObservation, NetnsObservation, NftTableObservation, Observation } from '../../model/observation.js';
import { nftTableName } from '../../model/names.js';
import { HOST } from '../../model/state.js';
import type { LabSummary, ObservationScope } from '../kernel.js';
import { isIdle } from './carriers.js';
import { FORWARDING_KEYS } from './netconf.js';
import { readTable, tableNames } from './nft/dump.js';
import { dumpNetns } from './observe-netns.js';
import { readSysctl } from './proc-sys.js';
import type { Session, Sessions } from './sessions.js';
import type { NetlinkSocket } from './socket.js';
import { readLoopback, rememberedOf } from './sysctls.js';

export function observe(sessions: Sessions, scope: ObservationScope, seen?: Observation): Observation {
  const namespaces = seen?.namespaces ?? observeNamespaces(sessions, scope);
  const host = observeOne(sessions, sessions.host(), scope, readFiles(sessions, scope, [sessions.host()]));
  const otherTables = scope.publishes === true ? readOtherTables(sessions.netfilter(HOST), nftTableName(scope.lab)) : [];
  return { host, namespaces, otherLabs: otherLabs(host, scope.lab), otherTables };
}

function observeNamespaces(sessions: Sessions, scope: ObservationScope): readonly NamedNetnsObservation[] {
  const asked = new Set(scope.namespaces);
  const names = sessions.names().filter((name) => name !== HOST);
  const found = sessions.getAll(names);
  const stale = names.filter((name, i) => found[i] === 'stale' && asked.has(name));
  const opened = found
    .filter((session) => typeof session !== 'string')
    .filter(({ netns, socket }) => asked.has(netns) || labOf(socket) === scope.lab);
  const values = readFiles(sessions, scope, opened);
  return [...opened.map((session) => observeOne(sessions, session, scope, values)), ...stale.map(staleNamespace)].sort((a, b) =>
    a.netns < b.netns ? -1 : 1,
  );
}

/** Whose namespace it is: lo's alias says so. */
function labOf(socket: Session['socket']): string | null {
  return parseMark(readLoopback(socket)?.alias ?? '')?.lab ?? null;
}

type Values = ReadonlyMap<string, ReadonlyMap<string, string | null>>;

/** Settings that only a file tells, by namespace and key: one excursion for all namespaces. */
function readFiles(sessions: Sessions, scope: ObservationScope, opened: readonly Session[]): Values {
  const wanted = (netns: string): readonly string[] => (scope.sysctls.get(netns) ?? []).filter((key) => !FORWARDING_KEYS.has(key));
  const read = (netns: string): ReadonlyMap<string, string | null> => new Map(wanted(netns).map((key) => [key, readSysctl(key)]));
  const values = new Map<string, ReadonlyMap<string, string | null>>();
  const names = opened.map(({ netns }) => netns).filter((netns) => wanted(netns).length > 0);
  if (names[0] === HOST) return values.set(HOST, read(HOST));
  if (names.length > 0) sessions.getAll(names, ({ netns }) => values.set(netns, read(netns)));
  return values;
}

function observeOne(sessions: Sessions, session: Session, scope: ObservationScope, values: Values): NamedNetnsObservation {
  const { netns, socket } = session;
  const dump = dumpNetns(socket);
  session.idle = dump.links.filter(isIdle).map(({ name }) => name);
  const remembered = rememberedOf(dump.links.find((link) => link.name === 'lo')?.altnames ?? []);
  const known = values.get(netns);
  const sysctls = new Map<string, string | null>();
  for (const key of [...(scope.sysctls.get(netns) ?? []), ...remembered.keys()]) {
    const family = FORWARDING_KEYS.get(key);
    const value = family === undefined ? known?.get(key) : dump.forwarding[family];
    sysctls.set(key, value === undefined ? sessions.inside(netns, () => readSysctl(key)) : value);
  }
  const nft = scope.rules.includes(netns) ? readTable(sessions.netfilter(netns), nftTableName(scope.lab)) : null;
  const { links, addresses, routes, localAddresses, rules, neighbours } = dump;
  return { netns, links, addresses, routes, localAddresses, rules, neighbours, sysctls, remembered, nft, stale: false };
}

function readOtherTables(socket: NetlinkSocket, own: string): readonly NftTableObservation[] {
  const names = tableNames(socket).filter((name) => name !== own && name.startsWith(nftTableName('')));
  return names.map((name) => readTable(socket, name)).filter((table) => table !== null);
}

function staleNamespace(netns: string): NamedNetnsObservation {
  const nothing = {
    links: [],
    addresses: [],
    routes: [],
    localAddresses: new Set<string>(),
    rules: [],
    neighbours: [],
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

/** All labs of the machine: namespaces by their lo, and links of the host. */
export function observeLabs(sessions: Sessions): readonly LabSummary[] {
  const labs = new Map<string, { namespaces: string[]; hostLinks: string[] }>();
  const of = (lab: string): { namespaces: string[]; hostLinks: string[] } => {
    const known = labs.get(lab) ?? { namespaces: [], hostLinks: [] };
    labs.set(lab, known);
    return known;
  };
  for (const session of sessions.getAll(sessions.names())) {
    const lab = typeof session === 'string' ? null : labOf(session.socket);
    if (lab !== null) of(lab).namespaces.push((session as Session).netns);
  }
  for (const link of dumpNetns(sessions.host().socket).links) {
    const lab = parseMark(link.alias)?.lab;
    if (lab !== undefined) of(lab).hostLinks.push(link.name);
  }
  return [...labs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([lab, parts]) => ({ lab, ...parts }));
}
