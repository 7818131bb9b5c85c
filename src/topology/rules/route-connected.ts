import { networkOf, parseCidr } from '../../model/address.js';
import type { Node, Route } from '../../model/topology.js';
import type { Rule, RuleContext } from './rule.js';

const MAIN_TABLE = 254;
/** Metric of the route that an address makes: none in IPv4, IP6_RT_PRIO_ADDRCONF in IPv6. The kernel takes no second route of it. */
const METRIC = { 4: 0, 6: 256 } as const;

export const routeConnected: Rule = {
  name: 'route-connected',
  codes: ['route-connected'],
  check(context) {
    for (const node of context.topology.nodes) {
      const routes = node.routes.filter(isOfAddresses);
      if (routes.length === 0) continue;
      const connected = connectedOf(context, node);
      for (const route of routes.filter(({ to }) => connected.has(to))) {
        const message = `${route.to} is the subnet of an address of ${node.name}, which makes the route to it by itself`;
        context.report('route-connected', route.at, message, { hint: 'remove the route, or give it another metric' });
      }
    }
  },
};

function isOfAddresses({ to, table, metric }: Route): boolean {
  const family = to.includes(':') ? 6 : 4;
  return (table ?? MAIN_TABLE) === MAIN_TABLE && (metric ?? (family === 4 ? 0 : undefined)) === METRIC[family];
}

/** An address of one host alone makes a route in the local table only, and so do those of lo. */
function connectedOf({ networks, makersOf }: RuleContext, node: Node): ReadonlySet<string> {
  const down = new Set(node.interfaces.filter(({ state }) => state === 'down').map(({ name }) => name));
  const made = [...makersOf(node)].flatMap(([dev, maker]) => {
    if (down.has(dev)) return [];
    if (maker.kind === 'network') return (networks.get(maker.attachment.network)?.subnets ?? []).map(({ cidr }) => cidr);
    return maker.link.state === 'up' ? [maker.end.ipv4Address, maker.end.ipv6Address] : [];
  });
  const written = node.interfaces.flatMap((one) => (one.name === 'lo' || down.has(one.name) ? [] : one.addresses.map(({ cidr }) => cidr)));
  const cidrs = [...made, ...written].flatMap((text) => parseCidr(text ?? '') ?? []);
  return new Set(cidrs.filter(({ family, prefix }) => prefix < (family === 4 ? 32 : 128)).map((cidr) => networkOf(cidr).text));
}
