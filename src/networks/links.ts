/** Point-to-point links: a veth between two nodes, or a node and the host. */
import { qdiscResource } from '../kinds/qdisc.js';
import { vethResource, type VethEndSpec } from '../kinds/veth.js';
import { HOST, type Resource } from '../model/state.js';
import { interfaceAddresses } from './interface-addresses.js';
import type { LabInterface, LabLink } from './lab.js';

/** The veth, what its ends may send, and the addresses of an end on the host; those of nodes come with the nodes. */
export function linkResources(lab: string, { link, ends: [first, second], path, at }: LabLink): readonly Resource[] {
  const veth = vethResource({ lab, ends: [endOf(first), endOf(second)], needs: [], path, at });
  const limits = link.endpoints.flatMap(({ rate, at: place }, i) => {
    const end = i === 0 ? first : second;
    if (rate === undefined) return [];
    return [qdiscResource({ netns: end.netns, dev: end.name, rate, mtu: end.mtu, link: veth.id, path: end.path, at: place })];
  });
  return [
    veth,
    ...[first, second].filter((end) => end.netns === HOST).flatMap((end) => interfaceAddresses(end, { wire: end.link })),
    ...limits,
  ];
}

function endOf({ netns, name, mac, mtu, up, derivedMac }: LabInterface): VethEndSpec {
  return { netns, name, mac, mtu, up, derivedMac };
}
