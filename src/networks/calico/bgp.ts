/** BGP between the hosts of calico networks: each tells the others its blocks. */
import { familyOf, type Family } from '../../model/address.js';
import type { CalicoBgp } from '../../model/calico.js';
import type { Diagnostic } from '../../model/diagnostic.js';
import type { Topology } from '../../model/topology.js';
import type { BirdAddition } from '../bird/addition.js';
import type { Bgp, BirdFilter, BirdProtocol } from '../bird/config.js';
import type { Lab, LabNetwork } from '../lab.js';
import { outletsOf, type Outlet } from '../underlay.js';
import { blocksOf, hostsByNetns } from './home.js';

const HOLD_TIME = 90;

const NONE: ReadonlyMap<string, BirdAddition> = new Map();

/** By namespace of the host. */
export function calicoAdditions(topology: Topology, lab: Lab, diagnostics: Diagnostic[]): ReadonlyMap<string, BirdAddition> {
  if (topology.networks.every(({ driver }) => driver !== 'calico')) return NONE;
  const byFamily = { 4: outletsOf(topology, lab, 4), 6: outletsOf(topology, lab, 6) };
  return additionsOf(lab, byFamily, diagnostics);
}

type Outlets = Readonly<Record<Family, ReadonlyMap<string, readonly Outlet[]>>>;

function additionsOf(lab: Lab, outlets: Outlets, diagnostics: Diagnostic[]): ReadonlyMap<string, BirdAddition> {
  const hosts = hostsByNetns(lab.nodes);
  const networks = lab.networks.filter(({ pool }) => pool !== undefined);
  const sessions = sessionsOf(networks, outlets, (home) => hosts.get(home)?.node.name ?? home, diagnostics);
  const homes = [...new Set(networks.map(({ home }) => home))];
  return new Map(
    homes.map((home) => {
      const own = networks.filter((network) => network.home === home);
      const blocks = own.flatMap((network) => blocksOf(network, hosts)).map(({ text }) => text);
      const within = own.flatMap(({ subnets }) => subnets.map(({ cidr }) => cidr.text));
      const protocols = (sessions.get(home) ?? []).map((session) => protocolOf(session, blocks, within));
      return [
        home,
        {
          protocols: [...blockRoutes(blocks), ...protocols],
          ignored: [{ match: { within }, verdict: 'reject' }],
          // They are in the kernel as blackholes of the host's own.
          kept: [{ match: { prefixes: blocks }, verdict: 'reject' }],
          announced: [
            { match: { prefixes: blocks }, verdict: 'accept' },
            // Who has another block tells of it himself.
            { match: { within }, verdict: 'reject' },
          ],
          path: own[0]?.path ?? 'networks',
          at: own[0]!.at,
        } satisfies BirdAddition,
      ];
    }),
  );
}

function blockRoutes(blocks: readonly string[]): readonly BirdProtocol[] {
  return ([4, 6] as const).flatMap((family) => {
    const own = blocks.filter((block) => familyOf(block) === family);
    const routes = own.map((to) => ({ to, target: 'blackhole' as const }));
    return routes.length === 0 ? [] : [{ protocol: 'static', name: `blocks-${family}`, family, routes }];
  });
}

interface Session {
  readonly peer: string;
  readonly local: string;
  readonly remote: string;
  readonly family: Family;
  readonly asn: number;
  /** The host passes on what it learns; `client`: to the other one as well as from it. */
  readonly reflects: boolean;
  readonly client: boolean;
  readonly clusterId: string | undefined;
}

/** By address of the other host. */
type Known = Map<string, { readonly session: Session; readonly network: LabNetwork }>;
const newKnown = (): Known => new Map();

/** Two networks with one and the same BGP share the sessions of their hosts. */
function sessionsOf(
  networks: readonly LabNetwork[],
  outlets: Outlets,
  nameOf: (home: string) => string,
  diagnostics: Diagnostic[],
): ReadonlyMap<string, readonly Session[]> {
  const byHome = new Map<string, Known>();
  const told = new Set<string>();
  for (const name of new Set(networks.map(({ network }) => network.name))) {
    const homes = networks.filter(({ network }) => network.name === name);
    const { network, subnets } = homes[0]!;
    const bgp = network.calico!.bgp;
    diagnostics.push(...unheard(homes, outlets));
    const all = subnets.flatMap(({ family }) => outlets[family].get(name) ?? []);
    for (const own of all) {
      const known = byHome.get(own.network.home) ?? newKnown();
      byHome.set(own.network.home, known);
      for (const peer of all) {
        const apart = own.network !== peer.network && own.address.family === peer.address.family;
        const session = apart ? sessionBetween(own, peer, bgp, all, nameOf) : undefined;
        if (session === undefined) continue;
        const before = known.get(session.remote);
        if (before === undefined) known.set(session.remote, { session, network: own.network });
        else if (JSON.stringify(before.session) !== JSON.stringify(session) && !told.has(name)) {
          told.add(name);
          diagnostics.push(different(own.network, before.network, nameOf(own.network.home)));
        }
      }
    }
  }
  return new Map([...byHome].map(([home, sessions]) => [home, [...sessions.values()].map(({ session }) => session)]));
}

function sessionBetween(
  own: Outlet,
  peer: Outlet,
  { asn, reflectors }: CalicoBgp,
  all: readonly Outlet[],
  nameOf: (home: string) => string,
): Session | undefined {
  const isReflector = ({ network }: Outlet): boolean => reflectors?.some(({ host }) => host === nameOf(network.home)) ?? false;
  const reflects = isReflector(own);
  if (reflectors !== undefined && !reflects && !isReflector(peer)) return undefined;
  return {
    peer: nameOf(peer.network.home),
    local: own.address.text,
    remote: peer.address.text,
    family: own.address.family,
    asn,
    reflects,
    client: reflects && !isReflector(peer),
    // All reflectors are one cluster: each client has a session with each of them.
    clusterId: all.find((one) => isReflector(one) && one.address.family === 4)?.address.text,
  };
}

function protocolOf(
  { peer, local, remote, family, asn, reflects, client, clusterId }: Session,
  blocks: readonly string[],
  within: readonly string[],
): Bgp & { readonly name: string } {
  const pools: BirdFilter = { rules: [{ match: { within }, verdict: 'accept' }], otherwise: 'reject' };
  const own: BirdFilter = { rules: [{ match: { prefixes: blocks }, verdict: 'accept' }], otherwise: 'reject' };
  return {
    protocol: 'bgp',
    name: `mesh-${remote}`,
    description: peer,
    local: { address: local, asn },
    neighbor: { address: remote, asn },
    families: [family],
    import: pools,
    export: reflects ? pools : own,
    nextHopSelf: false,
    routeReflectorClient: client,
    ...(client && clusterId !== undefined ? { clusterId } : {}),
    // The next hop is looked up, and may be behind a router.
    distance: 0,
    passive: false,
    bfd: false,
    holdTime: HOLD_TIME,
  };
}

/** Blocks of a family are told by sessions of that family. */
function unheard(homes: readonly LabNetwork[], outlets: Outlets): readonly Diagnostic[] {
  return homes.length < 2
    ? []
    : homes[0]!.subnets.flatMap(({ family, cidr }): Diagnostic[] => {
        const { network } = homes[0]!;
        const heard = (outlets[family].get(network.name) ?? []).map((outlet) => outlet.network);
        const deaf = homes.filter((home) => !heard.includes(home));
        // Where nothing carries it at all, that has been told.
        if (deaf.length === 0 || (outlets[4].get(network.name) ?? []).length + (outlets[6].get(network.name) ?? []).length === 0) return [];
        return [
          {
            code: 'calico-underlay-family',
            severity: 'error',
            message: `${network.name} has the IPv${family} subnet ${cidr.text}, and ${deaf.length === homes.length ? 'its hosts have' : `${deaf.length} of its hosts have`} no IPv${family} address on the underlay: they could not tell the others their blocks`,
            at: network.at,
            hint: `give the underlay an IPv${family} subnet as well`,
          },
        ];
      });
}

function different(network: LabNetwork, other: LabNetwork, host: string): Diagnostic {
  return {
    code: 'calico-bgp-differs',
    severity: 'error',
    message: `${network.network.name} and ${other.network.name} are both on ${host}, which cannot talk to one host in two ways: their "bgp" or "underlay" differ`,
    at: network.at,
    hint: 'give both the same bgp and the same underlay',
    related: [{ message: `${other.network.name} is here`, at: other.at }],
  };
}
