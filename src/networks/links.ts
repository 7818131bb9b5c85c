/** Point-to-point links: a veth between two nodes, or a node and the host. */
import { vethResource, type VethEndSpec } from '../kinds/veth.js';
import { HOST, type Resource } from '../model/state.js';
import { interfaceAddresses } from './interface-addresses.js';
import type { LabInterface, LabLink } from './lab.js';

/** The veth, and the addresses of an end on the host; those of nodes come with the nodes. */
export function linkResources(lab: string, { ends: [first, second], path, at }: LabLink): readonly Resource[] {
  const veth = vethResource({ lab, ends: [endOf(first), endOf(second)], needs: [], path, at });
  return [veth, ...[first, second].filter((end) => end.netns === HOST).flatMap(interfaceAddresses)];
}

function endOf({ netns, name, mac, mtu, up, derivedMac }: LabInterface): VethEndSpec {
  return { netns, name, mac, mtu, up, derivedMac };
}
