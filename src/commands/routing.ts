/** What the routing daemons of a lab say; those of other nodes are not looked for. */
import type { Observation } from '../model/observation.js';
import type { RouteObservation } from '../model/routes.js';
import { ROUTING_DAEMON } from '../model/routing.js';
import type { DaemonRoute, RoutingStatus } from '../model/routing-status.js';

/** In the order of the names of the nodes; of one node, if it is named. */
export async function routingOf(lab: string, observation: Observation, node?: string): Promise<readonly RoutingStatus[]> {
  const daemons = observation.processes.filter(
    ({ name, owner, running }) => name === ROUTING_DAEMON && running && (node === undefined || owner === node),
  );
  if (daemons.length === 0) return [];
  const { birdStatus } = await import('../kernel/bird/status.js');
  return Promise.all(
    daemons.map(async ({ owner, name, definition, pid, log }) => {
      const netns = definition?.netns ?? '';
      const said = await birdStatus({ lab, owner, name, pid, log });
      const routes = observation.namespaces.find((one) => one.netns === netns)?.routes ?? [];
      const own = routes.filter(({ protocol }) => protocol === BIRD).map(routeOf);
      return { node: owner, netns, routerId: said?.routerId ?? '', neighbors: said?.neighbors ?? [], routes: own };
    }),
  );
}

/** RTPROT_BIRD (linux/rtnetlink.h) */
const BIRD = 12;

function routeOf({ to, type, via, dev, nexthops }: RouteObservation): DaemonRoute {
  if (type !== 'unicast') return { to, type, nexthops: [] };
  const hops = nexthops.length === 0 ? [`${via} ${dev}`] : nexthops;
  const split = hops.map((hop) => {
    const [gateway = '', on = ''] = hop.split(' ');
    return { via: gateway, dev: on };
  });
  return { to, type, nexthops: split };
}
