/** Routes with several next hops, each on something that the node is on: an address of its own, a cable, a route by itself. */
import { contains, networkOf, parseAddress, parseCidr } from '../../../../src/model/address.js';
import { withoutGaps, type Part } from './some.js';

interface End extends Part {
  readonly node: string;
  readonly interface: string;
  readonly ipv4_address?: string;
  readonly ipv6_address?: string;
}

/** A `dev` of a next hop says no more than that it has one. Without next hops that nothing of the node leads to, and without routes that have fewer than two of them left. */
export function withNexthops(name: string, node: Part, cables: readonly Part[]): Part {
  const routes = node['routes'] as readonly Part[] | undefined;
  if (routes === undefined) return node;
  const settings = (node['interfaces'] ?? {}) as Record<string, { readonly addresses?: readonly string[] }>;
  const reach = [
    ...cables
      .flatMap(({ endpoints }) => endpoints as readonly End[])
      .filter((end) => end.node === name)
      .flatMap((end) => [end.ipv4_address, end.ipv6_address].map((text) => [end.interface, text] as const)),
    ...Object.entries(settings).flatMap(([dev, { addresses = [] }]) => addresses.map((text) => [dev, text] as const)),
    ...routes
      // The kernel looks for a router in the table main: what stands in another one leads to it only if a rule says so by then.
      .filter(({ via, nexthops, dev, table }) => [via, nexthops, table].every((key) => key === undefined) && dev !== undefined)
      .map(({ dev, to }) => [dev, to] as const),
  ].flatMap(([dev, text]) => {
    const cidr = parseCidr(String(text));
    return cidr === null ? [] : [{ dev, cidr }];
  });
  const near = ({ dev, ...hop }: Part): Part | undefined => {
    const address = parseAddress(String(hop['via']));
    const found = reach.find(({ cidr }) => address !== null && contains(networkOf(cidr), address) && cidr.address.text !== address.text);
    return found === undefined ? undefined : withoutGaps({ ...hop, dev: dev === undefined ? undefined : found.dev });
  };
  const left = routes.flatMap((route) => {
    if (route['nexthops'] === undefined) return [route];
    const nexthops = (route['nexthops'] as readonly Part[]).flatMap((hop) => near(hop) ?? []);
    return nexthops.length < 2 ? [] : [{ ...route, nexthops }];
  });
  return withoutGaps({ ...node, routes: left });
}
