/** Of a network that is divided among hosts a node reaches the rest through its host, whatever its default route is. */
import { routeResource } from '../kinds/route.js';
import type { Resource } from '../model/state.js';
import { idOfAddress } from './interface-addresses.js';
import type { LabNode } from './lab.js';

export function clusterRoutes({ netns, attachments }: LabNode): readonly Resource[] {
  return attachments.flatMap(({ network, interface: on, addresses, path, at }) => {
    const gateway = network.subnets[0]?.gateway ?? null;
    const [own] = addresses;
    if (network.cluster === undefined || gateway === null || own === undefined || !on.up) return [];
    const to = network.cluster.text;
    const by = { via: gateway.text, dev: on.name, link: on.link, addresses: [idOfAddress(on, own)] };
    return [routeResource({ netns, to, type: 'unicast', ...by, path, at })];
  });
}
