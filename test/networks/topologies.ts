/** Topologies by hand: every field has the default that the language gives it. */
import type { SourceRange } from '../../src/model/diagnostic.js';
import type { Resource } from '../../src/model/state.js';
import type { Attachment, Endpoint, Link, Network, Node, Route, Topology } from '../../src/model/topology.js';
import { expand } from '../../src/networks/expand.js';

export const AT: SourceRange = { file: 'topo.yaml', line: 1, column: 1, length: 1 };

type Given<T> = Partial<Omit<T, 'name' | 'at'>>;

export function network(
  name: string,
  { subnets = [], ...given }: Omit<Given<Network>, 'subnets'> & { subnets?: readonly string[] } = {},
): Network {
  return {
    name,
    at: AT,
    driver: 'bridge',
    subnets: subnets.map((cidr) => ({ cidr, at: AT })),
    gateway: { kind: 'host' },
    internal: false,
    masquerade: true,
    isolated: true,
    icc: true,
    mtu: 1500,
    external: false,
    dns: 'hosts',
    ...given,
  };
}

export function attachment(to: string, given: Partial<Attachment> = {}): Attachment {
  return { network: to, at: AT, gwPriority: 0, aliases: [], ...given };
}

export function node(
  name: string,
  { networks = [], ...given }: Omit<Given<Node>, 'networks'> & { networks?: readonly (string | Attachment)[] } = {},
): Node {
  return {
    name,
    at: AT,
    netns: `shop.${name}`,
    ipv6: true,
    forwarding: false,
    networks: networks.map((one) => (typeof one === 'string' ? attachment(one) : one)),
    interfaces: [],
    routes: [],
    rules: [],
    neighbours: [],
    sysctls: [],
    ports: [],
    run: [],
    exec: [],
    ignore: [],
    extraHosts: [],
    dns: [],
    ...given,
  };
}

export function route(to: string, given: Partial<Route> = {}): Route {
  return { at: AT, to, type: 'unicast', onlink: false, ...given };
}

export function endpoint(text: string, given: Partial<Endpoint> = {}): Endpoint {
  const [name = '', inside = ''] = text.split(':');
  return { at: AT, node: name, interface: inside, ...given };
}

export function link(first: Endpoint, second: Endpoint, given: Given<Link> = {}): Link {
  return { at: AT, endpoints: [first, second], mtu: 1500, state: 'up', ...given };
}

export function topology(networks: readonly Network[], nodes: readonly Node[], links: readonly Link[] = []): Topology {
  return { name: 'shop', at: AT, networks, nodes, links };
}

export function resources(of: Topology): readonly Resource[] {
  return [...expand(of).state.resources.values()];
}

/** Ids of all resources of the kinds, in order. */
export function ids(of: Topology, ...kinds: readonly string[]): readonly string[] {
  return resources(of)
    .filter((resource) => kinds.includes(resource.kind))
    .map((resource) => resource.id);
}

export function resource(of: Topology, id: string): Resource {
  const found = expand(of).state.resources.get(id);
  if (found === undefined)
    throw new Error(
      `no ${id} among ${resources(of)
        .map((one) => one.id)
        .join(', ')}`,
    );
  return found;
}

/** `to via GATEWAY dev INTERFACE` of the routes in a node. */
export function routes(of: Topology, name: string): readonly string[] {
  return resources(of)
    .filter((one) => one.kind === 'route' && one.netns === `shop.${name}`)
    .map(({ props }) =>
      [
        String(props['to']),
        props['via'] === '' ? '' : ` via ${String(props['via'])}`,
        props['dev'] === '' ? '' : ` dev ${String(props['dev'])}`,
      ].join(''),
    );
}

/** `KEY=VALUE` of the settings of a namespace. */
export function sysctls(of: Topology, netns: string): readonly string[] {
  return resources(of)
    .filter((one) => one.kind === 'sysctl' && one.netns === netns)
    .map(({ props }) => `${String(props['key'])}=${String(props['value'])}`);
}

/** `ADDRESS dev INTERFACE` of a namespace. */
export function addresses(of: Topology, netns: string): readonly string[] {
  return ids(of, 'address').flatMap((id) => {
    const [place = '', dev = '', ...cidr] = id.slice('address:'.length).split('/');
    return place === netns ? [`${cidr.join('/')} dev ${dev}`] : [];
  });
}
