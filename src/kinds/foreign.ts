/** What rules of others drop of a lab's traffic, on each of its hosts. */
import type { Diagnostic } from '../model/diagnostic.js';
import type { Observation } from '../model/observation.js';
import { HOST, type State } from '../model/state.js';
import type { BridgeSpec } from './bridge.js';
import { dropped } from './foreign-drop.js';
import { droppedAtHost, type Tunnel } from './foreign-own.js';
import { interfacesElsewhere, type PassingNetwork } from './foreign-packets.js';
import type { ListeningPort } from './host-ports.js';
import { BRIDGE_NETFILTER, bridgeSetting } from './isolated-ports.js';
import { publishedBy } from './published-rules.js';

export function droppedByOthers(observation: Observation, desired: State): readonly Diagnostic[] {
  const homes = [...new Set(observation.foreignChains.map(({ netns }) => netns))];
  return homes.flatMap((netns) => {
    const ns = netns === HOST ? observation.host : observation.namespaces.find((one) => one.netns === netns);
    const setting = bridgeSetting({ observation, desired }, netns, ns);
    const there = {
      ...wantedIn(desired, netns),
      chains: observation.foreignChains.filter((chain) => chain.netns === netns),
    };
    return [
      ...dropped({
        ...there,
        elsewhere: ns === undefined ? [] : interfacesElsewhere(ns, desired.lab),
        isHandedOn: (family) => setting(BRIDGE_NETFILTER[family]) === '1',
      }),
      ...droppedAtHost(there),
    ];
  });
}

function wantedIn({ resources }: State, home: string) {
  const networks: PassingNetwork[] = [];
  const tunnels: Tunnel[] = [];
  const servers: ListeningPort[] = [];
  const ports = [];
  for (const resource of resources.values()) {
    if (resource.netns !== home) continue;
    const { kind, id, definition, path = id, at, props } = resource;
    const origin = { path, ...(at === undefined ? {} : { at }) };
    if (kind === 'bridge') {
      const { subnets, forwards, hosted, within, isolated } = definition as BridgeSpec;
      networks.push({ bridge: id.slice(`bridge:${home}/`.length), subnets, forwards, hosted, within, isolated, ...origin });
    } else if (kind === 'vxlan' && props['local'] !== '')
      tunnels.push({ port: Number(props['dstport']), local: String(props['local']), dev: String(props['dev']), ...origin });
    else if (kind === 'process') servers.push(...((definition as { readonly listens?: readonly ListeningPort[] }).listens ?? []));
    else if (kind === 'nftables') ports.push(...publishedBy(resource));
  }
  return { networks, tunnels, servers, ports };
}
