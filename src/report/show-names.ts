/** What nodes resolve: by the hosts file that they have, and by the servers that their resolv.conf names. */
import { HOST_RESOLVERS, HOST_RESOLVERS_ALONE, setFolder } from '../model/node-files.js';
import type { Resource, State } from '../model/state.js';
import { DNS_PORT, dnsPorts } from './show-dns-ports.js';
import type { Paint } from './style.js';
import { padded, printable } from './width.js';

/** Of a set of files: nodes that see the same have one. */
export interface ShownNames {
  /** Of the hosts file, which programs read first: the addresses of each name, in the file's order. */
  readonly hosts: AddressesOf;
  /** In the order in which they are asked. */
  readonly servers: readonly ShownServer[];
  /** Behind these the host's own are asked. */
  readonly host_servers?: true;
  readonly search?: readonly string[];
  readonly hostname?: string;
}

export interface ShownServer {
  readonly address: string;
  /** Of a server that the lab runs (`dns: server`): `running`, or how it ended. */
  readonly state?: string;
  /** What it answers by itself. */
  readonly names?: AddressesOf;
  /** It asks the host's servers for all others. */
  readonly asks_host_servers?: true;
}

export type AddressesOf = { readonly [name: string]: readonly string[] };

/** By set. */
export function namesOf(sets: ReadonlySet<string>, state: State): { readonly [set: string]: ShownNames } {
  const known = serversOf(state);
  const found = [...state.resources.values()].filter((one) => one.kind === 'names' && sets.has(idName(one)));
  return Object.fromEntries(
    found.map((set): [string, ShownNames] => {
      const portOf = dnsPorts(state, idName(set));
      return [idName(set), shown(set, (address) => known.get(`${address} ${portOf(address)}`) ?? { address })];
    }),
  );
}

function shown(set: Resource, serverAt: (address: string) => ShownServer): ShownNames {
  const settings = linesOf(set, 'resolv.conf').map((line) => line.split(/\s+/));
  const servers = settings.flatMap(([key, address]) => (key === 'nameserver' && address !== undefined ? [address] : []));
  const search = settings.findLast(([key]) => key === 'search')?.slice(1) ?? [];
  const [hostname] = linesOf(set, 'hostname');
  const asksHost = linesOf(set, 'resolv.conf').some((line) => line === HOST_RESOLVERS || line === HOST_RESOLVERS_ALONE);
  return {
    hosts: addressesIn(linesOf(set, 'hosts')),
    servers: servers.map(serverAt),
    ...(asksHost ? { host_servers: true as const } : {}),
    ...(search.length === 0 ? {} : { search }),
    ...(hostname === undefined ? {} : { hostname }),
  };
}

/** Servers of the lab, by each address and port that they listen on: `10.0.0.1 53`. */
function serversOf(state: State): ReadonlyMap<string, ShownServer> {
  const all = [...state.resources.values()];
  const sets = new Map(all.filter(({ kind }) => kind === 'names').map((set) => [`${setFolder(state.lab, idName(set))}/hosts`, set]));
  return new Map(
    all
      .filter(({ kind }) => kind === 'process')
      .flatMap(({ netns, props }): [string, ShownServer][] => {
        const words = Array.isArray(props['command']) ? props['command'].map(String) : [];
        const set = sets.get(option(words, '--addn-hosts') ?? '');
        if (set === undefined) return [];
        const names = addressesIn(linesOf(set, 'hosts'));
        const asks = words.includes('--no-resolv') ? {} : { asks_host_servers: true as const };
        const port = option(words, '--port') ?? DNS_PORT;
        return optionsOf(words, '--interface')
          .flatMap((name) => addressesOn(all, netns, name))
          .map((address): [string, ShownServer] => [`${address} ${port}`, { address, state: String(props['state']), names, ...asks }]);
      }),
  );
}

function addressesOn(all: readonly Resource[], netns: string, dev: string): readonly string[] {
  const prefix = `address:${netns}/${dev}/`;
  return all.flatMap(({ id }) => (id.startsWith(prefix) ? [id.slice(prefix.length).replace(/\/\d+$/, '')] : []));
}

const optionsOf = (words: readonly string[], name: string): readonly string[] =>
  words.flatMap((word) => (word.startsWith(`${name}=`) ? [word.slice(name.length + 1)] : []));

const option = (words: readonly string[], name: string): string | undefined => optionsOf(words, name)[0];

const idName = ({ id }: Resource): string => id.slice(id.indexOf('/') + 1);

const linesOf = ({ props }: Resource, file: string): readonly string[] =>
  (props[file] as { readonly lines: readonly string[] } | undefined)?.lines ?? [];

/** Of a hosts file; what stands for the machine itself, and for all, is the same everywhere. */
function addressesIn(lines: readonly string[]): AddressesOf {
  const found = new Map<string, string[]>();
  for (const line of lines) {
    const [address = '', ...names] = line.split(/\s+/);
    if (/^(127\.|::1$|f[ef]0)/.test(address)) continue;
    for (const name of names) found.set(name, [...(found.get(name) ?? []), address]);
  }
  return Object.fromEntries(found);
}

/** A line for each name, below whoever knows it. */
export function namesText(sets: { readonly [set: string]: ShownNames }, paint: Paint): readonly string[] {
  return Object.entries(sets).map(([set, { hosts, servers, host_servers, search, hostname }]) =>
    [
      paint('bold', `names ${printable(set)}`),
      ...(hostname === undefined ? [] : [`  ${paint('dim', 'hostname:')} ${printable(hostname)}`]),
      ...(search === undefined ? [] : [`  ${paint('dim', 'search:')} ${printable(search.join(' '))}`]),
      `  ${paint('dim', 'by the hosts file:')}`,
      ...nameLines(hosts),
      ...servers.flatMap((server) => [
        `  ${paint('dim', `by the server ${printable(server.address)}${about(server)}:`)}`,
        ...known(server),
      ]),
      ...(host_servers === true ? [`  ${paint('dim', "by the host's servers:")}`, '    all others'] : []),
    ].join('\n'),
  );
}

const about = ({ state }: ShownServer): string => (state === undefined || state === 'running' ? '' : ` (${printable(state)})`);

function known({ names, asks_host_servers }: ShownServer): readonly string[] {
  if (names === undefined) return ['    all others'];
  return [...nameLines(names), ...(asks_host_servers === true ? ["    all others, of the host's servers"] : [])];
}

function nameLines(names: AddressesOf): readonly string[] {
  const width = Math.max(0, ...Object.keys(names).map((name) => name.length));
  return Object.entries(names).map(([name, addresses]) => `    ${padded(printable(name), width)}  ${printable(addresses.join(' '))}`);
}
