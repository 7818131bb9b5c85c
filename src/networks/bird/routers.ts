/** The nodes of a lab as routers see each other. */
import { numberOf, type Family } from '../../model/address.js';
import { hash } from '../../model/names.js';
import type { Lab, LabNetwork, LabNode } from '../lab.js';
import { gatewaysOf, standingsOf, type Standing } from './segments.js';

export interface Router {
  readonly node: LabNode;
  readonly standings: readonly Standing[];
  /** Plain ones, lo's among them. */
  readonly addresses: ReadonlySet<string>;
  /** Those and a host's addresses on its bridges, which other hosts may have too. */
  readonly allAddresses: ReadonlySet<string>;
  /** The first address of lo. */
  loopback(family: Family): string | undefined;
}

export interface Routers {
  byName(name: string): Router | undefined;
  byAddress(address: string): Router | undefined;
}

export function routersIn({ nodes, networks }: Pick<Lab, 'nodes' | 'networks'>): Routers {
  const byNode = new Map<LabNode, Router>();
  const routerOf = (node: LabNode): Router => {
    const known = byNode.get(node) ?? newRouter(node, networks);
    byNode.set(node, known);
    return known;
  };
  const names = new Map(nodes.map((node) => [node.node.name, node]));
  let owners: ReadonlyMap<string, LabNode> | undefined;
  return {
    byName: (name) => {
      const node = names.get(name);
      return node === undefined ? undefined : routerOf(node);
    },
    byAddress: (address) => {
      owners ??= new Map(nodes.flatMap((node) => [...routerOf(node).addresses].map((text) => [text, node] as const)));
      const node = owners.get(address);
      return node === undefined ? undefined : routerOf(node);
    },
  };
}

function newRouter(node: LabNode, networks: readonly LabNetwork[]): Router {
  const all = [...node.interfaces.values()].flatMap(({ addresses }) => addresses.map(({ cidr }) => cidr.address.text));
  const gateways = gatewaysOf(node, networks);
  return {
    node,
    standings: [...standingsOf(node), ...gateways],
    addresses: new Set(all),
    allAddresses: new Set([...all, ...gateways.map(({ address }) => address.cidr.address.text)]),
    loopback: (family) => node.interfaces.get('lo')?.addresses.find(({ cidr }) => cidr.family === family)?.cidr.address.text,
  };
}

/** The lowest IPv4 address of lo, otherwise of the other interfaces, otherwise one that the names give. */
export function routerIdOf(lab: string, { node, interfaces }: LabNode): string {
  if (node.routing?.routerId !== undefined) return node.routing.routerId;
  const lowest = (ofLoopback: boolean): string | undefined => {
    const own = [...interfaces.values()].filter(({ name }) => (name === 'lo') === ofLoopback);
    const addresses = own.flatMap((on) => on.addresses.map(({ cidr }) => cidr.address)).filter(({ family }) => family === 4);
    return addresses.sort((a, b) => Number(numberOf(a) - numberOf(b)))[0]?.text;
  };
  return lowest(true) ?? lowest(false) ?? derivedId(lab, node.name);
}

/** No address of anybody, and not 0.0.0.0. */
function derivedId(lab: string, node: string): string {
  const digits = hash(6, 'router', lab, node);
  return ['0', ...[0, 2, 4].map((at) => parseInt(digits.slice(at, at + 2), 16) || 1)].join('.');
}
