/** Interfaces of a namespace with their addresses: what makes them, and what stands on them. */
import { HOST, type PropValue, type Props, type Resource, type State } from '../model/state.js';
import { worth } from './show-worth.js';

export function interfacesOf(netns: string, resources: readonly Resource[], state: State): PropValue {
  const interfaces = new Map<string, Props>();
  for (const resource of resources) {
    for (const [name, props] of INTERFACES[resource.kind]?.(resource, netns, state) ?? []) interfaces.set(name, props);
  }
  for (const [dev, addresses] of addressesOf(netns, resources)) interfaces.set(dev, { ...interfaces.get(dev), addresses });
  return Object.fromEntries(interfaces);
}

type InterfacesOf = (resource: Resource, netns: string, state: State) => readonly (readonly [name: string, props: Props])[];

const INTERFACES: { readonly [kind: string]: InterfacesOf } = {
  loopback: ({ props }) => [['lo', settings(props, '')]],
  link: ({ props }) => [[String(props['name']), worth({ type: props['type'] })]],
  macvlan: ({ props }) => [
    [String(props['name']), worth({ type: 'macvlan', ...parentOf(props), mode: props['mode'], ...settings(props, '') })],
  ],
  vxlan: ({ props }) => [
    [
      String(props['name']),
      worth({ type: 'vxlan', vni: props['vni'], port: props['dstport'], local: props['local'], dev: props['dev'], ...settings(props, '') }),
    ],
  ],
  bridge: (resource) => [[nameOf(resource), worth({ type: 'bridge', network: networkOf(resource), ...settings(resource.props, '') })]],
  veth: (resource, netns, state) => {
    const { props } = resource;
    const ends = [
      { netns: resource.netns, name: props['name'], prefix: '', far: 'peer_' },
      { netns: props['peer_netns'], name: props['peer_name'], prefix: 'peer_', far: '' },
    ] as const;
    return ends
      .filter((end) => end.netns === netns && typeof end.name === 'string')
      .map((end) => [String(end.name), worth({ ...settings(props, end.prefix), ...connection(resource, end.far, state) })] as const);
  },
};

/** The namespace only where it is not the machine's own. */
function parentOf({ parent = null, parent_netns: netns = null }: Props): Props {
  return { parent, parent_netns: netns === HOST ? null : netns };
}

function settings(props: Props, prefix: string): Props {
  const { mac, mtu, up, master } = Object.fromEntries(['mac', 'mtu', 'up', 'master'].map((field) => [field, props[prefix + field]]));
  return worth({ mac_address: mac, mtu, state: up === true ? 'up' : 'down', master });
}

/** The other end, and the network whose bridge it is a port of. */
function connection(resource: Resource, far: string, state: State): { readonly [key: string]: PropValue | undefined } {
  const { props } = resource;
  const name = props[far === '' ? 'name' : 'peer_name'];
  const netns = far === '' ? resource.netns : props['peer_netns'];
  const bridge = state.resources.get(`bridge:${String(netns)}/${String(props[`${far}master`])}`);
  const peer = typeof name === 'string' && typeof netns === 'string' ? `${netns}:${name}` : '';
  return { network: bridge === undefined ? '' : networkOf(bridge), peer };
}

/** The name in the bridge's readable altname, `topo.LAB.NETWORK`. */
function networkOf({ props }: Resource): string {
  const altnames = (props['altnames'] ?? []) as readonly string[];
  return altnames.flatMap((altname) => /^topo\.[^.]+\.(.+)$/.exec(altname)?.[1] ?? [])[0] ?? '';
}

const nameOf = (resource: Resource): string => resource.id.slice(resource.id.indexOf('/') + 1);

function addressesOf(netns: string, resources: readonly Resource[]): ReadonlyMap<string, readonly string[]> {
  const map = new Map<string, string[]>();
  for (const { kind, id } of resources) {
    if (kind !== 'address') continue;
    const [dev = '', ...cidr] = id.slice(`address:${netns}/`.length).split('/');
    map.set(dev, [...(map.get(dev) ?? []), cidr.join('/')]);
  }
  return map;
}
