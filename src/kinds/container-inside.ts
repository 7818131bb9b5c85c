/** What is in a container of somebody else's, and in the way of what a node wants there: told before its namespace is touched. */
import type { ContainerObservation } from '../model/observation.js';
import type { Diagnostic } from '../model/diagnostic.js';
import { parseMark } from '../model/names.js';
import type { RouteObservation } from '../model/routes.js';
import type { Resource, State } from '../model/state.js';
import { foreign } from './ownership.js';

/** Of containers that the lab is not in yet; where it is, each kind looks for itself. */
export function inTheWay(found: readonly ContainerObservation[], desired: State): readonly Diagnostic[] {
  const wanted = [...desired.resources.values()];
  return wanted.flatMap((netns): readonly Diagnostic[] => {
    if (netns.kind !== 'netns' || typeof netns.props['container'] !== 'string') return [];
    const name = netns.props['container'];
    const container = found.find((one) => one.name === name) ?? found.find(({ id }) => id.startsWith(name));
    const inside = container?.inside;
    if (container === undefined || inside === undefined) return [];
    const owner = parseMark(inside.links.find((link) => link.name === 'lo')?.alias ?? '');
    if (owner?.lab === desired.lab && netns.props['mark'] === `topo:${owner.lab}/${owner.object}`) return [];
    if (owner !== null) return [taken(container.name, owner, netns)];
    const links = new Set(inside.links.map((link) => link.name));
    return [
      ...wanted.flatMap((resource) => linkInTheWay(resource, netns.netns, container.name, links)),
      ...wanted.flatMap((resource) => routeInTheWay(resource, netns.netns, container.name, inside.routes)),
    ];
  });
}

function taken(container: string, { lab, object }: { readonly lab: string; readonly object: string }, { at }: Resource): Diagnostic {
  return {
    code: 'container-taken',
    severity: 'error',
    message: `the container ${container} is the node ${object} of the lab ${lab} already`,
    ...(at === undefined ? {} : { at }),
    hint: `a namespace is of one node: network_mode: node:${object} in that lab’s file, or topo destroy --lab ${lab} first`,
  };
}

function linkInTheWay(resource: Resource, netns: string, container: string, links: ReadonlySet<string>): readonly Diagnostic[] {
  if (resource.kind !== 'veth') return [];
  const { name, peer_netns, peer_name } = resource.props;
  const ends = [
    [resource.netns, name],
    [peer_netns, peer_name],
  ] as const;
  return ends
    .filter(([place, end]) => place === netns && links.has(String(end)))
    .map(([, end]) => ({
      ...foreign('foreign-link', `a link named ${String(end)} in the container ${container}`, resource, null),
      hint: 'give this one another name (interface_name): what is in the container stays',
    }));
}

function routeInTheWay(resource: Resource, netns: string, container: string, routes: readonly RouteObservation[]): readonly Diagnostic[] {
  if (resource.kind !== 'route' || resource.netns !== netns) return [];
  const { to, table, metric } = resource.props;
  const there = routes.find((route) => route.to === to && route.table === table && route.metric === metric);
  return there === undefined ? [] : [foreignRoute(`the container ${container}`, there, resource)];
}

/** The kernel takes no second route to the same place. */
function foreignRoute(where: string, { to, via, dev }: RouteObservation, { at }: Resource): Diagnostic {
  const isDefault = to === '0.0.0.0/0' || to === '::/0';
  const words = [isDefault ? 'default' : to, via === '' ? '' : `via ${via}`, dev === '' ? '' : `dev ${dev}`];
  return {
    code: 'foreign-route',
    severity: 'error',
    message: `${where} has a route of its own: ${words.filter((word) => word !== '').join(' ')}`,
    ...(at === undefined ? {} : { at }),
    hint: isDefault
      ? 'give the network gateway: none or internal: true, so that it has no default route; or remove the container’s'
      : 'remove one of the two, or give this one another metric',
  };
}
