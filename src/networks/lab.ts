/** A topology with all that the file leaves open filled in: what the rest of this folder makes resources of. */
import type { Address, Cidr, Family } from '../model/address.js';
import type { SourceRange } from '../model/diagnostic.js';
import type { ResourceId } from '../model/state.js';
import type { Attachment, Link, Network, Node } from '../model/topology.js';

export interface Lab {
  readonly name: string;
  /** One for each home of a network. */
  readonly networks: readonly LabNetwork[];
  readonly nodes: readonly LabNode[];
  readonly links: readonly LabLink[];
  /** Nodes without a namespace of their own: none of them is among `nodes`. */
  readonly joined: readonly LabJoined[];
  /** Of nodes, and of hosts that are on a LAN themselves, by network. */
  readonly addresses: ReadonlyMap<string, ReadonlyMap<string, readonly LabAddress[]>>;
}

/** Where the file asks for a thing, in its words and as a place. */
export interface Origin {
  readonly path: string;
  readonly at: SourceRange;
}

/** A network as it stands in one home: a bridge, a gateway and rules. */
export interface LabNetwork extends Origin {
  readonly network: Network;
  /** The namespace of the host: `HOST`, or a simulated one's. */
  readonly home: string;
  /** Kernel name of the bridge, or of the host's own interface on a LAN; '' where there is none. */
  readonly bridge: string;
  readonly mac: string;
  readonly subnets: readonly LabSubnet[];
  /** The host has addresses on the bridge, and its rules apply to the network. */
  readonly hosted: boolean;
  /** Of driver calico: the same for all homes. */
  readonly pool?: CalicoPool;
  /** Of a network that spans hosts: the interface that leads to the others. */
  readonly tunnel?: { readonly name: string; readonly mac: string };
  /** Where each home has a subnet of its own: the whole that `subnets` has the home's part of. */
  readonly cluster?: Cidr;
}

export interface CalicoPool {
  /** By name of the host. */
  readonly blocks: ReadonlyMap<string, readonly Cidr[]>;
  /** Node → its addresses, one for each subnet, each alone in its prefix. */
  readonly addresses: ReadonlyMap<string, readonly Cidr[]>;
}

export interface LabSubnet {
  readonly family: Family;
  readonly cidr: Cidr;
  readonly range: Cidr;
  /** The gateway's address if that is no node: the host's, or of an external bridge whatever stands there. */
  readonly gateway: Address | null;
}

export interface LabNode extends Origin {
  readonly node: Node;
  readonly netns: string;
  /** In the order in which they are written. */
  readonly attachments: readonly LabAttachment[];
  /** lo, those of networks, those of links. */
  readonly interfaces: ReadonlyMap<string, LabInterface>;
  /** Of a simulated host: the families that it forwards for its networks. */
  readonly forwards: ReadonlySet<Family>;
  /** The name that it had (`moved`). */
  readonly formerly?: string;
}

export interface LabJoined extends Origin {
  readonly node: Node;
  /** Of the node that it joins, or the host's. */
  readonly netns: string;
  /** The name that it had (`moved`). */
  readonly formerly?: string;
}

export interface LabInterface extends Origin {
  readonly netns: string;
  readonly name: string;
  /** The resource that makes it. */
  readonly link: ResourceId;
  readonly mac: string;
  /** The file leaves it open. */
  readonly derivedMac: boolean;
  readonly mtu: number;
  readonly up: boolean;
  readonly addresses: readonly LabAddress[];
}

export interface LabAddress extends Origin {
  readonly cidr: Cidr;
}

export interface LabAttachment extends Origin {
  readonly attachment: Attachment;
  readonly network: LabNetwork;
  readonly interface: LabInterface;
  readonly hostInterface: string;
  readonly hostMac: string;
  /** The node's addresses in the network's subnets. */
  readonly addresses: readonly LabAddress[];
}

export interface LabLink extends Origin {
  readonly link: Link;
  readonly ends: readonly [LabInterface, LabInterface];
}
