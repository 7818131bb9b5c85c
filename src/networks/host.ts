/** Settings of the whole host that networks need; a simulated host's come with its namespace. */
import { sysctlResource } from '../kinds/sysctl.js';
import { HOST, type Resource } from '../model/state.js';
import { IPV4_FORWARDING, IPV6_FORWARDING } from '../model/sysctl-key.js';
import { isForwarded } from './gateways.js';
import type { LabNetwork } from './lab.js';

export function hostSettings(networks: readonly LabNetwork[]): readonly Resource[] {
  const forwarded = networks.filter((network) => network.home === HOST && isForwarded(network));
  const wanted = [
    [IPV4_FORWARDING, forwarded.find(hasSubnet(4))],
    [IPV6_FORWARDING, forwarded.find(hasSubnet(6))],
  ] as const;
  return wanted.flatMap(([key, network]) =>
    network === undefined ? [] : [sysctlResource({ netns: HOST, key, value: '1', remember: true, path: network.path, at: network.at })],
  );
}

const hasSubnet =
  (family: number) =>
  ({ subnets }: LabNetwork): boolean =>
    subnets.some((subnet) => subnet.family === family);
