import { contains, familyOf, parseAddress } from '../../model/address.js';
import type { BgpNeighbor, OspfInterface, Routing, StaticRoute } from '../../model/routing.js';
import { canonicalKey, IPV4_FORWARDING, IPV6_FORWARDING } from '../../model/sysctl-key.js';
import type { Node } from '../../model/topology.js';
import { quote } from '../report.js';
import { didYouMean } from '../suggest.js';
import type { Rule, RuleContext } from './rule.js';
import { whyNobody } from './special-address.js';

export const routing: Rule = {
  name: 'routing',
  codes: [
    'routing-without-forwarding',
    'unknown-node',
    'unknown-interface',
    'interface-in-two-areas',
    'bad-interface-name',
    'out-of-range',
    'route-without-nexthop',
    'route-useless-key',
    'route-family',
    'route-twice',
    'bgp-useless-key',
    'bgp-keepalive',
    'bgp-address',
  ],
  check(context) {
    for (const node of context.topology.nodes) {
      if (node.routing === undefined) continue;
      checkForwarding(context, node, node.routing);
      checkNeighbors(context, node, node.routing);
      checkAreas(context, node, node.routing);
      checkStatic(context, node.routing.static);
    }
  },
};

/** Who says \`forwarding: false\` has thought of it: such a node only announces itself. */
function checkForwarding({ topology, report, isWritten }: RuleContext, node: Node, { at }: Routing): void {
  // A host forwards for those that live on it.
  if (node.isHost === true && topology.nodes.some(({ host }) => host?.name === node.name)) return;
  const forwards = node.sysctls.some(({ key }) => FORWARDING.has(canonicalKey(key)));
  // A simulated host forwards for its nodes.
  if (node.forwarding || node.isHost === true || forwards || isWritten(node, 'forwarding')) return;
  report(
    'routing-without-forwarding',
    at,
    `node ${node.name} has routing and does not forward: packets that follow its routes would be dropped`,
    {
      hint: 'add forwarding: true; or forwarding: false if it only announces itself',
    },
  );
}

const FORWARDING: ReadonlySet<string> = new Set([IPV4_FORWARDING, IPV6_FORWARDING, 'net.ipv4.conf.all.forwarding']);

function checkNeighbors({ nodes, report, isIncomplete, isWritten, place }: RuleContext, node: Node, { bgp }: Routing): void {
  for (const neighbor of bgp?.neighbors ?? []) {
    const { peer, at, holdTime, keepalive } = neighbor;
    const isAddress = parseAddress(peer) !== null;
    if (peer === node.name) report('unknown-node', at, `node ${node.name} is its own neighbor`, { hint: 'name another node' });
    else if (!isAddress && !nodes.has(peer) && !isIncomplete('nodes', peer)) {
      const others = [...nodes.keys()].filter((name) => name !== node.name);
      const hint = () => didYouMean(peer, others) ?? 'a neighbor is the name of a node, or an address';
      report('unknown-node', at, `there is no node ${quote(peer)}`, { hint });
    }
    checkAddresses({ report, place }, neighbor);
    if (isAddress && isWritten(neighbor, 'address')) {
      const hint = 'remove one of the two';
      report('bgp-useless-key', place(neighbor, 'address'), `the neighbor ${peer} is an address already`, { hint });
    }
    if (keepalive !== undefined && keepalive >= holdTime) {
      const message = `a word every ${keepalive} s is too late for a hold time of ${holdTime} s`;
      report('bgp-keepalive', place(neighbor, 'keepalive'), message, {
        hint: `a third of the hold time is usual: ${Math.floor(holdTime / 3)}`,
      });
    }
  }
}

/** A session goes from one address of a router to one of another; of a link-local one BIRD would have to know the interface. */
function checkAddresses({ report, place }: Pick<RuleContext, 'report' | 'place'>, neighbor: BgpNeighbor): void {
  const { peer, address, sourceAddress, at } = neighbor;
  const written = [
    [peer, at],
    [address, place(neighbor, 'address')],
    [sourceAddress, place(neighbor, 'source_address')],
  ] as const;
  for (const [text, where] of written) {
    const parsed = text === undefined ? null : parseAddress(text);
    if (parsed === null) continue;
    const why = contains('fe80::/10', parsed) ? 'fe80::/10 is link-local, and is somebody else on each link' : whyNobody(parsed);
    if (why === undefined) continue;
    const hint = 'name the node, or give its link addresses of its own';
    report('bgp-address', where, `${parsed.text} cannot be an end of a BGP session: ${why}`, { hint });
  }
}

function checkAreas(context: RuleContext, node: Node, { ospf }: Routing): void {
  if (ospf === undefined) return;
  const known = context.interfacesOf(node);
  const complete = !context.isIncomplete('links') && !context.isIncomplete('nodes', node.name);
  const first = new Map<string, OspfInterface>();
  for (const on of ospf.areas.flatMap(({ interfaces }) => interfaces)) {
    const { name, at, hello, dead } = on;
    if (complete && !known.has(name)) {
      const hint = () => didYouMean(name, known) ?? `it has ${[...known].join(', ')}`;
      context.report('unknown-interface', at, `node ${node.name} has no interface ${quote(name)}`, { hint });
    }
    if (!/^[\w.@:+-]+$/.test(name)) {
      context.report('bad-interface-name', at, `BIRD knows no interface by the name ${quote(name)}`, {
        hint: 'use letters, digits and _.@:+-',
      });
    }
    const before = first.get(name);
    if (before === undefined) first.set(name, on);
    else {
      const related = [{ message: 'it is here first', at: before.at }];
      context.report('interface-in-two-areas', at, `${name} of ${node.name} is in two areas`, { hint: 'remove one', related });
    }
    if (dead <= hello) {
      const message = `a neighbor would be gone after ${dead} s, and is heard every ${hello} s`;
      context.report('out-of-range', context.place(on, 'dead'), message, { hint: `four times hello is usual: ${4 * hello}` });
    }
  }
}

function checkStatic({ report, isWritten, place }: RuleContext, routes: readonly StaticRoute[]): void {
  const first = new Map<string, StaticRoute>();
  for (const route of routes) {
    const { to, type, via, at } = route;
    const before = first.get(to);
    if (before === undefined) first.set(to, route);
    else
      report('route-twice', at, `there is a static route to ${to} already`, {
        hint: 'via takes a list of routers',
        related: [{ message: 'it is here', at: before.at }],
      });
    if (type !== 'unicast') {
      const message = `"via" has no meaning for a ${type} route`;
      if (isWritten(route, 'via'))
        report('route-useless-key', place(route, 'via'), message, { hint: 'remove it, or the type: packets go nowhere' });
    } else if (!isWritten(route, 'via')) {
      report('route-without-nexthop', at, `the route to ${to} has no "via"`, { hint: 'add via: ADDRESS, or type: blackhole' });
    } else if (via.some((router) => familyOf(router) !== familyOf(to))) {
      report(
        'route-family',
        place(route, 'via'),
        `the route to ${to} is IPv${familyOf(to)}, and "via" is IPv${familyOf(to) === 4 ? 6 : 4}`,
      );
    }
  }
}
