/**
 * Drivers `vxlan` and `weave`: on each host with nodes a bridge (`bridge.ts`), and a vxlan link as one of its ports.
 * `vxlan`: what the file says of the other hosts' nodes is all that hosts know; nothing is sent to all of them.
 * `weave`: what is meant for all goes to every other host, and hosts learn where nodes are.
 */
import { bridgeId } from '../kinds/bridge.js';
import { EVERYBODY, type FdbEntry, fdbResource } from '../kinds/fdb.js';
import { tunnelNeighboursResource } from '../kinds/tunnel-neighbours.js';
import { type Speaker, vxlanId, vxlanResource } from '../kinds/vxlan.js';
import { DRIVERS } from '../model/driver.js';
import type { Resource } from '../model/state.js';
import type { Network, Topology } from '../model/topology.js';
import type { Lab, LabAttachment, LabNetwork } from './lab.js';
import { outletsOf, type Outlet } from './underlay.js';
import { vnisOf } from './vni.js';

const isOverlay = (driver: Network['driver']): boolean => driver === 'vxlan' || driver === 'weave';

export function overlayResources(topology: Topology, lab: Lab): readonly Resource[] {
  if (!topology.networks.some(({ driver }) => isOverlay(driver))) return [];
  const vnis = vnisOf(topology);
  return [...outletsOf(topology, lab)].flatMap(([name, outlets]) => {
    const driver = outlets[0]?.network.network.driver;
    if (driver === undefined || !isOverlay(driver)) return [];
    const attached = attachmentsOf(lab, name);
    const known = driver === 'weave' ? null : knownOf(outlets, attached);
    return outlets.flatMap((outlet) => {
      const others = outlets.filter((other) => other !== outlet);
      return [
        ...tunnel(lab.name, outlet, vnis.get(name) ?? 0, areOnOneLink(outlets), attached.get(outlet.network) ?? []),
        ...(known === null ? everything(outlet, others) : nodes(outlet, known)),
      ];
    });
  });
}

/** To the network of that name, by the host where they are. */
function attachmentsOf(lab: Lab, name: string): ReadonlyMap<LabNetwork, readonly LabAttachment[]> {
  const attached = new Map<LabNetwork, LabAttachment[]>();
  for (const attachment of lab.nodes.flatMap(({ attachments }) => attachments)) {
    const { network } = attachment;
    if (network.network.name !== name) continue;
    const list = attached.get(network);
    if (list === undefined) attached.set(network, [attachment]);
    else list.push(attachment);
  }
  return attached;
}

/** With routers between hosts, the way to another may be any interface: the routes have it. */
const areOnOneLink = (outlets: readonly Outlet[]): boolean => outlets.every(({ underlay }) => underlay === outlets[0]?.underlay);

function tunnel(
  lab: string,
  { network, address, dev, link }: Outlet,
  vni: number,
  bound: boolean,
  own: readonly LabAttachment[],
): readonly Resource[] {
  const { home, tunnel: named, bridge, network: written, path, at } = network;
  if (named === undefined) return [];
  const learns = written.driver === 'weave';
  const resource = vxlanResource({
    ...{ lab, netns: home, name: named.name, mac: named.mac, mtu: written.mtu, up: true, path, at },
    ...{ vni, dstport: written.port ?? DRIVERS[written.driver].port ?? 0, local: address.text, master: bridge },
    ...(bound ? { dev } : {}),
    learning: learns,
    // It answers for the nodes that it knows, and asks nobody: no question of a node leaves its host.
    proxy: !learns,
    ...(learns ? { learned: own.flatMap(speaker) } : {}),
    port: {
      // What the bridge can answer, for the gateway above all, is not asked of other hosts, which have a gateway of that address too.
      ...(learns ? { neigh_suppress: true } : {}),
      isolated: !written.icc,
    },
    needs: [bridgeId(home, bridge), link],
  });
  return [resource];
}

function speaker({ interface: { up, netns, name, addresses } }: LabAttachment): readonly Speaker[] {
  const [first] = addresses.map(({ cidr }) => cidr.family).sort();
  return up && first !== undefined ? [{ netns, dev: name, family: first }] : [];
}

/** All nodes of a network, in the order of tables: each host has all but its own. */
interface Known {
  readonly places: readonly (FdbEntry & { readonly at: Outlet })[];
  readonly addresses: readonly { readonly address: string; readonly mac: string; readonly at: Outlet }[];
}

function knownOf(outlets: readonly Outlet[], attached: ReadonlyMap<LabNetwork, readonly LabAttachment[]>): Known {
  const places = outlets.flatMap((at) =>
    (attached.get(at.network) ?? []).map(({ interface: { mac, addresses } }) => ({ at, mac, dst: at.address.text, addresses })),
  );
  const addresses = places.flatMap(({ at, mac, addresses: its }) => its.map(({ cidr }) => ({ at, mac, address: cidr.address.text })));
  return {
    places: places.sort((a, b) => (a.mac < b.mac ? -1 : 1)),
    addresses: addresses.sort((a, b) => (a.address < b.address ? -1 : 1)),
  };
}

/** What the host knows of the nodes of the others. */
function nodes(outlet: Outlet, known: Known): readonly Resource[] {
  const { home, bridge, tunnel: named, path, at } = outlet.network;
  const isElsewhere = (one: { readonly at: Outlet }): boolean => one.at !== outlet;
  const [places, addresses] = [known.places.filter(isElsewhere), known.addresses.filter(isElsewhere)];
  if (named === undefined || places.length === 0) return [];
  const on = { netns: home, dev: named.name, link: vxlanId(home, named.name), path, at };
  const behind = { name: bridge, id: bridgeId(home, bridge) };
  return [
    fdbResource({ ...on, entries: places }),
    ...(addresses.length === 0 ? [] : [tunnelNeighboursResource({ ...on, entries: addresses, behind })]),
  ];
}

function everything({ network }: Outlet, others: readonly Outlet[]): readonly Resource[] {
  const { home, tunnel: named, path, at } = network;
  if (named === undefined || others.length === 0) return [];
  const entries = others.map(({ address }) => ({ mac: EVERYBODY, dst: address.text }));
  return [fdbResource({ netns: home, dev: named.name, entries, link: vxlanId(home, named.name), path, at })];
}
