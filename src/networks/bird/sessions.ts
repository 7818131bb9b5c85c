/** `neighbors` of a node → the BGP sessions that they are: which address talks to which. */
import { contains, familyOf, parseAddress, type Family } from '../../model/address.js';
import type { Diagnostic } from '../../model/diagnostic.js';
import type { BgpNeighbor } from '../../model/routing.js';
import type { LabNode } from '../lab.js';
import type { Router, Routers } from './routers.js';
import { meetings, type Standing } from './segments.js';

export interface Session {
  readonly neighbor: BgpNeighbor;
  /** Absent: an address that no node of the lab has. */
  readonly peer?: LabNode;
  readonly asn: number;
  readonly family: Family;
  /** Absent: as the kernel chooses. */
  readonly local?: string;
  readonly remote: string;
  readonly direct: boolean;
}

export function sessionsOf(router: Router, routers: Routers, diagnostics: Diagnostic[]): readonly Session[] {
  return (router.node.node.routing?.bgp?.neighbors ?? []).flatMap((neighbor) => {
    const found = resolve(router, routers, neighbor);
    if (!('problem' in found)) return found;
    diagnostics.push({ severity: 'error', at: neighbor.at, ...found.problem });
    return [];
  });
}

interface Problem {
  readonly problem: Pick<Diagnostic, 'code' | 'message' | 'hint'>;
}

function resolve(router: Router, routers: Routers, neighbor: BgpNeighbor): readonly Session[] | Problem {
  const written = parseAddress(neighbor.peer)?.text;
  const peer = written === undefined ? routers.byName(neighbor.peer) : routers.byAddress(written);
  // A name that no node has is complained of where the file is checked.
  if (written === undefined && peer === undefined) return [];
  const asn = neighbor.asn ?? peer?.node.node.routing?.bgp?.asn;
  if (asn === undefined) return asnMissing(router, neighbor);
  const address = written ?? neighbor.address;
  if (address === undefined) return byName(router, peer!, neighbor, asn);
  if (peer !== undefined && !peer.allAddresses.has(address)) return notTheirs(neighbor, peer, address);
  return byAddress(router, peer, neighbor, asn, address);
}

function byName(router: Router, peer: Router, neighbor: BgpNeighbor, asn: number): readonly Session[] | Problem {
  const all = meetings(router.standings, peer.standings).filter(({ own }) => isSource(neighbor, own));
  const segments = [...new Set(all.map(({ own }) => own.segment))];
  if (segments.length === 0) return apart(router, peer);
  if (segments.length > 1) return ambiguous(router, peer, segments, all[0]!.peer);
  return all.map(({ own, peer: other }) => ({
    neighbor,
    peer: peer.node,
    asn,
    family: own.address.cidr.family,
    local: own.address.cidr.address.text,
    remote: other.address.cidr.address.text,
    direct: true,
  }));
}

function isSource({ sourceAddress }: BgpNeighbor, { address }: Standing): boolean {
  return sourceAddress === undefined || address.cidr.address.text === sourceAddress;
}

function byAddress(
  router: Router,
  peer: Router | undefined,
  neighbor: BgpNeighbor,
  asn: number,
  remote: string,
): readonly Session[] | Problem {
  const family = familyOf(remote);
  if (router.allAddresses.has(remote)) return oneself(router, remote);
  const { sourceAddress } = neighbor;
  if (sourceAddress !== undefined && !ownAddresses(router, family).includes(sourceAddress)) return notOwn(router, family, sourceAddress);
  const next = router.standings.find(({ address: { cidr } }) => contains(cidr, parseAddress(remote)!));
  const direct = next !== undefined && neighbor.multihop === undefined;
  if (!direct && peer === undefined && neighbor.multihop === undefined) return outOfReach(router, remote);
  const local = sourceAddress ?? next?.address.cidr.address.text ?? router.loopback(family);
  // BIRD: "Multihop BGP with BFD requires specified local address".
  if (neighbor.bfd && !direct && local === undefined) return sourceMissing(router, remote);
  const session = { neighbor, asn, family, remote, direct };
  return [{ ...session, ...(peer === undefined ? {} : { peer: peer.node }), ...(local === undefined ? {} : { local }) }];
}

const ownAddresses = ({ allAddresses }: Router, family: Family): readonly string[] =>
  [...allAddresses].filter((address) => familyOf(address) === family);

function oneself({ node }: Router, remote: string): Problem {
  return {
    problem: {
      code: 'bgp-peer-address',
      message: `${remote} is ${node.node.name}’s own address: it would talk to itself`,
      hint: 'write an address of the other router',
    },
  };
}

function notOwn(router: Router, family: Family, source: string): Problem {
  const own = ownAddresses(router, family);
  return {
    problem: {
      code: 'bgp-source-address',
      message: `${router.node.node.name} cannot talk from ${source}: it is no IPv${family} address of its own`,
      hint: own.length === 0 ? `it has no IPv${family} address` : `its addresses: ${own.join(', ')}`,
    },
  };
}

function sourceMissing({ node }: Router, remote: string): Problem {
  return {
    problem: {
      code: 'bgp-bfd-source',
      message: `BFD over several hops needs an address that it starts from, and ${node.node.name} has none for ${remote}`,
      hint: 'add source_address: ADDRESS, or give its lo an address of that family',
    },
  };
}

function asnMissing({ node }: Router, { peer }: BgpNeighbor): Problem {
  return {
    problem: {
      code: 'bgp-asn-missing',
      message: `nothing says which autonomous system the neighbor ${peer} of ${node.node.name} is in`,
      hint: 'add asn: NUMBER to the neighbor, or routing.bgp.asn to the node that it is',
    },
  };
}

function notTheirs(neighbor: BgpNeighbor, peer: Router, address: string): Problem {
  return {
    problem: {
      code: 'bgp-peer-address',
      message: `${address} is no address of ${neighbor.peer}`,
      hint: peer.allAddresses.size === 0 ? 'it has none' : `its addresses: ${[...peer.allAddresses].join(', ')}`,
    },
  };
}

function apart({ node }: Router, peer: Router): Problem {
  return {
    problem: {
      code: 'bgp-no-common-link',
      message: `${node.node.name} and ${peer.node.node.name} share no network and no link on which both have an address of one subnet`,
      hint: 'give both ends of their link an address, or say which address of the peer: {peer: NAME, address: ADDRESS}',
    },
  };
}

function ambiguous({ node }: Router, peer: Router, segments: readonly string[], first: Standing): Problem {
  return {
    problem: {
      code: 'bgp-several-links',
      message: `${node.node.name} and ${peer.node.node.name} share ${segments.length} networks or links: which one carries the session must be said`,
      hint: `add address, one of the peer's, such as {peer: ${peer.node.node.name}, address: ${first.address.cidr.address.text}}; a neighbor for each link is possible`,
    },
  };
}

function outOfReach({ node }: Router, remote: string): Problem {
  return {
    problem: {
      code: 'bgp-out-of-reach',
      message: `no interface of ${node.node.name} reaches ${remote} directly`,
      hint: 'add multihop: 2, or as many as there are routers on the way; and see that there is a route to it',
    },
  };
}
