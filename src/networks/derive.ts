/** Names and MAC addresses that the file leaves open: derived from its words, the same on every machine. */
import { hash } from '../model/names.js';
import { originOf } from '../model/moves.js';
import { HOST } from '../model/state.js';
import type { Topology } from '../model/topology.js';
import type { Homes } from './homes.js';

const ALTNAME_BYTES = 127;

/** Hands out derived names and MACs; what the file itself gives away is taken from the start. */
export interface Derivation {
  bridgeName(network: string, home: string): string;
  bridgeMac(network: string, home: string): string;
  /** The host's own interface on a LAN. */
  shimName(network: string, home: string): string;
  /** The tunnel of a network that spans hosts. */
  tunnelName(network: string, home: string): string;
  tunnelMac(network: string, home: string): string;
  /** The host's end of a node's veth on a network. */
  hostInterface(node: string, network: string, home: string): string;
  /** The same, in calico's form. */
  caliInterface(node: string, network: string, home: string): string;
  hostMac(node: string, network: string): string;
  interfaceMac(node: string, name: string): string;
}

export function derivationFor(topology: Topology, homes: Homes): Derivation {
  const lab = topology.name;
  const byHome = new Map<string, Set<string>>();
  const namesIn = (home: string): Set<string> => {
    const known = byHome.get(home) ?? writtenNames(topology, homes.hostOf(home)?.name ?? HOST);
    byHome.set(home, known);
    return known;
  };
  const macs = writtenMacs(topology);
  const nodeWas = (name: string): string => originOf(topology.moved, 'nodes', name);
  const networkWas = (name: string): string => originOf(topology.moved, 'networks', name);
  // Of what is made anew where its node or network is moved, an earlier topology has the former names.
  const nodeIs = topology.isFormer === true ? nodeWas : (name: string): string => name;
  const networkIs = topology.isFormer === true ? networkWas : (name: string): string => name;
  return {
    bridgeName: (network, home) => claim(namesIn(home), (digest) => `br-${digest.slice(0, 8)}`, lab, network),
    shimName: (network, home) => claim(namesIn(home), (digest) => `mv-${digest.slice(0, 8)}`, lab, networkIs(network)),
    // Bridges of one network may hear each other, from host to host.
    bridgeMac: (network, home) => claim(macs, (digest) => macOf(digest), lab, networkWas(network), ...(home === HOST ? [] : [home])),
    tunnelName: (network, home) => claim(namesIn(home), (digest) => `vx-${digest.slice(0, 8)}`, lab, networkIs(network), 'tunnel'),
    tunnelMac: (network, home) => claim(macs, (digest) => macOf(digest.slice(10), PORT), lab, networkWas(network), home, 'tunnel'),
    hostInterface: (node, network, home) => claim(namesIn(home), (digest) => `vt${digest.slice(0, 10)}`, lab, node, network),
    caliInterface: (node, network, home) =>
      claim(namesIn(home), (digest) => `cali${digest.slice(0, 11)}`, lab, nodeIs(node), networkIs(network)),
    // Other digits than the host interface's name has: the two are independent.
    hostMac: (node, network) => claim(macs, (digest) => macOf(digest.slice(10), PORT), lab, nodeWas(node), networkWas(network)),
    interfaceMac: (node, name) => claim(macs, (digest) => macOf(digest), lab, nodeWas(node), name),
  };
}

/** The first round of the hash that nobody has yet; two equal ones are rare, and then the file's order decides. */
function claim(taken: Set<string>, form: (digest: string) => string, ...parts: readonly string[]): string {
  for (let round = 0; ; round += 1) {
    const candidate = form(round === 0 ? hash(64, ...parts) : hash(64, ...parts, `round ${round}`));
    if (taken.has(candidate)) continue;
    taken.add(candidate);
    return candidate;
  }
}

/** A bridge that nobody gave a MAC takes the lowest one of its ports: those of an external bridge must not be lower than its own. */
const PORT = 'feff';

/** Locally administered, unicast. */
function macOf(digest: string, prefix = '02'): string {
  const digits = `${prefix}${digest}`;
  const byte = (i: number): string => digits.slice(2 * i, 2 * i + 2);
  return `${byte(0)}:${byte(1)}:${byte(2)}:${byte(3)}:${byte(4)}:${byte(5)}`;
}

/** What the file calls interfaces of a host. */
function writtenNames(topology: Topology, host: string): Set<string> {
  const node = topology.nodes.find(({ name }) => name === host);
  const names = [
    ...topology.networks.map((network) => network.bridgeName),
    ...topology.nodes.flatMap((each) => each.networks.map((attachment) => attachment.hostInterface)),
    ...topology.links.flatMap((link) => link.endpoints.filter((end) => end.node === host).map((end) => end.interface)),
    ...(node?.networks ?? []).map((attachment) => attachment.interfaceName),
  ];
  return new Set(names.filter((name) => name !== undefined));
}

function writtenMacs(topology: Topology): Set<string> {
  const macs = [
    ...topology.nodes.flatMap((node) => [...node.networks, ...node.interfaces].map((settings) => settings.macAddress)),
    ...topology.links.flatMap((link) => link.endpoints.map((end) => end.macAddress)),
  ];
  return new Set(macs.filter((mac) => mac !== undefined));
}

/** The readable second name of a bridge; a hash stands in for what the kernel's limit cuts off. */
export function bridgeAltname(lab: string, network: string): string {
  const full = `topo.${lab}.${network}`;
  return full.length <= ALTNAME_BYTES ? full : `${full.slice(0, ALTNAME_BYTES - 9)}.${hash(8, lab, network)}`;
}
