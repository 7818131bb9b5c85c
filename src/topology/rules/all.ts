/** The cross-checks, in the order of the file's sections. */
import { addressTwice } from './address-twice.js';
import { attachmentAddress } from './attachment-address.js';
import { calico } from './calico.js';
import { containers } from './containers.js';
import { driverKeys } from './driver-keys.js';
import { externalNetwork } from './external-network.js';
import { flannel } from './flannel.js';
import { gatewayAddress } from './gateway-address.js';
import { gatewayNode } from './gateway-node.js';
import { hostInterfaceTwice } from './host-interface-twice.js';
import { hostPortTwice } from './host-port-twice.js';
import { hosts } from './hosts.js';
import { interfaceName } from './interface-name.js';
import { interfaceTwice } from './interface-twice.js';
import { ipv6Disabled } from './ipv6-disabled.js';
import { macTwice } from './mac-twice.js';
import { macvlan } from './macvlan.js';
import { masquerade } from './masquerade.js';
import { moved } from './moved.js';
import { mtuIpv6 } from './mtu-ipv6.js';
import { dnsServer, hostGateway } from './names.js';
import { netnsName } from './netns-name.js';
import { networkHosts } from './network-hosts.js';
import { networkModeJoined } from './network-mode-joined.js';
import { networkModeNone } from './network-mode-none.js';
import { networkSize } from './network-size.js';
import { portAddress } from './port-address.js';
import { portsUnreachable } from './ports-unreachable.js';
import { routeConnected } from './route-connected.js';
import { routeNexthop } from './route-nexthop.js';
import { routing } from './routing.js';
import type { Rule } from './rule.js';
import { specialAddress } from './special-address.js';
import { subnetOverlap } from './subnet-overlap.js';
import { sysctlConflict } from './sysctl-conflict.js';
import { twiceInNode } from './twice-in-node.js';
import { underlay } from './underlay.js';
import { unknownInterface } from './unknown-interface.js';
import { unknownNetwork } from './unknown-network.js';
import { unknownNode } from './unknown-node.js';
import { vniTwice } from './vni-twice.js';

export const RULES: readonly Rule[] = [
  driverKeys,
  externalNetwork,
  macvlan,
  subnetOverlap,
  gatewayAddress,
  gatewayNode,
  masquerade,
  mtuIpv6,
  networkSize,
  hosts,
  networkHosts,
  underlay,
  flannel,
  calico,
  vniTwice,
  netnsName,
  networkModeNone,
  networkModeJoined,
  containers,
  unknownNetwork,
  attachmentAddress,
  specialAddress,
  addressTwice,
  ipv6Disabled,
  macTwice,
  interfaceName,
  interfaceTwice,
  hostInterfaceTwice,
  unknownInterface,
  routeNexthop,
  routeConnected,
  routing,
  twiceInNode,
  sysctlConflict,
  hostPortTwice,
  portsUnreachable,
  portAddress,
  dnsServer,
  hostGateway,
  unknownNode,
  moved,
];
