/** Operations with what most tests leave as it is. */
import type { AddressOperation, LinkAdd, LinkAttributes, NeighbourOperation, Operation } from '../../src/model/operation.js';
import type { RouteOperation, RuleOperation } from '../../src/model/routes.js';

export const netnsAdd = (netns: string, alias = `topo:lab/${netns}`): Operation => ({ op: 'netns-add', netns, alias });
export const netnsDelete = (netns: string): Operation => ({ op: 'netns-delete', netns });

export const bridge = (name: string, attributes: LinkAttributes = {}, netns = 'host'): LinkAdd => ({
  op: 'link-add',
  netns,
  name,
  type: 'bridge',
  attributes,
});

/** Ends are `namespace:name`. */
export function veth(one: string, other: string, attributes: LinkAttributes = {}, peer: LinkAttributes = {}): LinkAdd {
  const [netns = '', name = ''] = one.split(':');
  const [peerNetns = '', peerName = ''] = other.split(':');
  return { op: 'link-add', netns, name, type: 'veth', attributes, peer: { netns: peerNetns, name: peerName, attributes: peer } };
}

export const linkSet = (netns: string, name: string, attributes: LinkAttributes): Operation => ({
  op: 'link-set',
  netns,
  name,
  attributes,
});
export const linkDelete = (netns: string, name: string): Operation => ({ op: 'link-delete', netns, name });

export const address = (netns: string, dev: string, cidr: string, more: Partial<AddressOperation> = {}): AddressOperation => ({
  op: 'address-add',
  netns,
  dev,
  address: cidr,
  scope: 'global',
  broadcast: '',
  nodad: false,
  ...more,
});

export const route = (netns: string, to: string, more: Partial<RouteOperation> = {}): RouteOperation => ({
  op: 'route-add',
  netns,
  to,
  type: 'unicast',
  table: 254,
  metric: 0,
  protocol: 84,
  scope: 'global',
  via: '',
  dev: '',
  src: '',
  mtu: 0,
  onlink: false,
  ...more,
});

export const rule = (netns: string, priority: number, more: Partial<RuleOperation> = {}): RuleOperation => ({
  op: 'rule-add',
  netns,
  family: 4,
  priority,
  table: 100,
  from: '',
  to: '',
  iif: '',
  oif: '',
  fwmark: 0,
  ...more,
});

export const neighbour = (
  netns: string,
  dev: string,
  ip: string,
  mac: string,
  op: NeighbourOperation['op'] = 'neighbour-set',
): NeighbourOperation => ({
  op,
  netns,
  dev,
  address: ip,
  mac,
});

/** What an operation says of its object. */
export function selectors(operation: RouteOperation | RuleOperation): object {
  return Object.fromEntries(Object.entries(operation).filter(([name]) => name !== 'op' && name !== 'netns'));
}
