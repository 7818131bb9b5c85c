/**
 * A topology as the file means it: short forms made long, defaults merged, variables replaced, types right.
 * Nothing is derived yet (no automatic address, MAC or kernel name): that is the business of `networks/`.
 */
import type { Calico, Labels } from './calico.js';
import type { SourceRange } from './diagnostic.js';
import type { Flannel } from './flannel.js';
import type { Move } from './moves.js';
import type { Routing } from './routing.js';

export interface Topology {
  readonly name: string;
  readonly at: SourceRange;
  /** All three in the order of the file: the order decides interface names and ties between addresses. */
  readonly networks: readonly Network[];
  readonly nodes: readonly Node[];
  readonly links: readonly Link[];
  /** Absent: none. */
  readonly moved?: readonly Move[];
  /** What was before, under the names that `moved` gives: what cannot be renamed in place has those of before. */
  readonly isFormer?: true;
  /** Where the file says so: the lab is not to be destroyed. */
  readonly protect?: SourceRange;
}

export interface Network {
  readonly name: string;
  readonly at: SourceRange;
  readonly driver: 'bridge' | 'vxlan' | 'weave' | 'flannel' | 'macvlan' | 'calico';
  /** Of that driver: whose wire it is, and how it is shared. */
  readonly macvlan?: Macvlan;
  /** At most one of each family; empty: the program chooses an IPv4 subnet. Canonical CIDRs. */
  readonly subnets: readonly Subnet[];
  readonly gateway: NetworkGateway;
  readonly internal: boolean;
  /** An address: egress is source-NATed to that address. */
  readonly masquerade: boolean | string;
  readonly isolated: boolean;
  /** Its nodes may talk to each other. */
  readonly icc: boolean;
  /** What its nodes send from addresses that do not lead back to it goes nowhere. */
  readonly antispoof?: true;
  readonly mtu: number;
  readonly bridgeName?: string;
  readonly external: boolean;
  /** How nodes resolve each other's names on it: by a file, by a DNS server too, or not at all. */
  readonly dns: 'hosts' | 'server' | 'none';
  /** Of driver calico: always there. */
  readonly calico?: Calico;
  /** What carries it between hosts: each host sends by the first of these networks that it is on. Absent: what they all share. */
  readonly underlay?: readonly NamedNetwork[];
  /** Number of the virtual network; absent: derived. */
  readonly vni?: number;
  /** UDP port between hosts; absent: the driver's. */
  readonly port?: number;
  /** Of that driver. */
  readonly flannel?: Flannel;
  /** Where the file says so: it is not to be destroyed or replaced. */
  readonly protect?: SourceRange;
}

export interface NamedNetwork {
  readonly name: string;
  readonly at: SourceRange;
}

export interface Macvlan {
  /** An interface of the host that a node lives on; '' where the file does not say. */
  readonly parent: string;
  readonly at: SourceRange;
  readonly mode: 'bridge' | 'private' | 'vepa' | 'passthru';
  /** The host has an interface of its own on it, by which it and the nodes reach each other; with this address, or an automatic one. */
  readonly hostShim: boolean | string;
  /** Absent: the parent's. */
  readonly mtu?: number;
}

export interface Subnet {
  readonly cidr: string;
  readonly at: SourceRange;
  /** Where automatic addresses come from; a CIDR within `cidr`. */
  readonly ipRange?: string;
}

export type NetworkGateway =
  /** The host, on the bridge; an absent address means the first host address of the subnet. */
  | { readonly kind: 'host'; readonly ipv4?: string; readonly ipv6?: string; readonly at?: SourceRange }
  | { readonly kind: 'node'; readonly node: string; readonly at: SourceRange }
  | { readonly kind: 'none' };

export interface Node {
  readonly name: string;
  readonly at: SourceRange;
  /** Name of the network namespace, `LAB.NODE` unless the file says otherwise. */
  readonly netns: string;
  /** A simulated host: other nodes may live on it. */
  readonly isHost?: true;
  /** The simulated host that the node lives on; absent: the host itself. */
  readonly host?: NodeHost;
  readonly networkMode?: 'none';
  /** Whose namespace the node lives in: it has none of its own. */
  readonly joins?: Joins;
  /** The node is a container that topo starts. */
  readonly container?: Container;
  /** The node is this container, which is somebody else's and runs. */
  readonly attach?: string;
  readonly labels?: Labels;
  readonly ipv6: boolean;
  readonly forwarding: boolean;
  readonly networks: readonly Attachment[];
  /** Settings of interfaces that networks, links or the kernel (lo) make. */
  readonly interfaces: readonly InterfaceSettings[];
  readonly routes: readonly Route[];
  readonly rules: readonly Rule[];
  readonly neighbours: readonly Neighbour[];
  readonly sysctls: readonly Sysctl[];
  readonly ports: readonly PublishedPort[];
  /** Kept running. */
  readonly run: readonly Command[];
  /** Run once, in this order. */
  readonly exec: readonly Omit<Command, 'name'>[];
  /** Patterns (`*` stands for any run of characters) of interfaces that are somebody else's. */
  readonly ignore: readonly string[];
  readonly hostname?: string;
  readonly extraHosts: readonly ExtraHost[];
  /** Name servers to ask instead of the host's; none: those of the host. */
  readonly dns: readonly string[];
  /** Instead of the host's; absent: those of the host. */
  readonly dnsSearch?: readonly string[];
  /** A routing daemon runs in it. */
  readonly routing?: Routing;
  /** Where the file says so: it is not to be destroyed or replaced. */
  readonly protect?: SourceRange;
}

export interface NodeHost {
  readonly name: string;
  readonly at: SourceRange;
}

export interface ExtraHost {
  readonly at: SourceRange;
  readonly name: string;
  /** An address, or `host-gateway`: the host's, as the node reaches it. */
  readonly address: string;
}

export type Joins =
  | { readonly kind: 'host'; readonly at: SourceRange }
  | { readonly kind: 'node'; readonly node: string; readonly at: SourceRange }
  | { readonly kind: 'container'; readonly container: string; readonly at: SourceRange };

export interface Container {
  readonly at: SourceRange;
  readonly image: string;
  /** Empty: the image's own. */
  readonly command: readonly string[];
  readonly environment: { readonly [name: string]: string };
  /** As `docker run --volume` takes them, with absolute paths. */
  readonly volumes: readonly string[];
  readonly capAdd: readonly string[];
  readonly privileged: boolean;
}

/** A command of `run`. */
export interface Command {
  readonly at: SourceRange;
  /** Unique in the node. */
  readonly name: string;
  /** A text is for `sh -c`. */
  readonly command: string | readonly string[];
  readonly env: { readonly [name: string]: string };
  /** Absolute. */
  readonly cwd: string;
  /** '' for root. */
  readonly user: string;
}

export interface Attachment {
  readonly network: string;
  readonly at: SourceRange;
  /** Plain addresses; the prefix length is the subnet's. */
  readonly ipv4Address?: string;
  readonly ipv6Address?: string;
  readonly macAddress?: string;
  /** The interface inside the node; absent: the next free ethN. */
  readonly interfaceName?: string;
  /** The interface on the host, a port of the bridge; absent: derived. */
  readonly hostInterface?: string;
  readonly gwPriority: number;
  /** Other names of the node on this network. */
  readonly aliases: readonly string[];
}

export interface InterfaceSettings {
  readonly name: string;
  readonly at: SourceRange;
  /** CIDRs, canonical. */
  readonly addresses: readonly { readonly cidr: string; readonly at: SourceRange }[];
  readonly mtu?: number;
  readonly state?: 'up' | 'down';
  readonly macAddress?: string;
}

export type RouteType = 'unicast' | 'blackhole' | 'unreachable' | 'prohibit';

export interface Route {
  readonly at: SourceRange;
  /** Canonical CIDR; `default` has become 0.0.0.0/0 or ::/0. */
  readonly to: string;
  readonly type: RouteType;
  readonly via?: string;
  readonly dev?: string;
  /** Several ways at once, in place of `via` and `dev`. */
  readonly nexthops?: readonly RouteNexthop[];
  readonly src?: string;
  readonly metric?: number;
  readonly table?: number;
  readonly mtu?: number;
  readonly onlink: boolean;
}

export interface RouteNexthop {
  readonly at: SourceRange;
  readonly via: string;
  readonly dev?: string;
  readonly weight: number;
}

export interface Rule {
  readonly at: SourceRange;
  /** Place in the file's list, from 0: one rule of the file may be two here, one for each family. */
  readonly index: number;
  readonly family: 4 | 6;
  readonly priority: number;
  readonly table: number;
  readonly from?: string;
  readonly to?: string;
  readonly iif?: string;
  readonly oif?: string;
  readonly fwmark?: number;
}

export interface Neighbour {
  readonly at: SourceRange;
  readonly address: string;
  readonly macAddress: string;
  readonly dev: string;
}

export interface Sysctl {
  readonly at: SourceRange;
  /** Dotted, `net.*`. */
  readonly key: string;
  readonly value: string;
}

/** One port or a run of ports: `count` ports from `hostPort` go to as many from `nodePort`. */
export interface PublishedPort {
  readonly at: SourceRange;
  /** Absent: every address of the host. */
  readonly hostAddress?: string;
  readonly hostPort: number;
  readonly nodePort: number;
  readonly count: number;
  readonly protocol: 'tcp' | 'udp';
}

export interface Link {
  readonly at: SourceRange;
  readonly endpoints: readonly [Endpoint, Endpoint];
  readonly mtu: number;
  readonly state: 'up' | 'down';
}

export interface Endpoint {
  /** What it sends in a second at most, in bits; absent: no limit. */
  readonly rate?: number;
  readonly at: SourceRange;
  /** A node's name, or `host`. */
  readonly node: string;
  readonly interface: string;
  /** CIDRs: a link has no subnet of its own. */
  readonly ipv4Address?: string;
  readonly ipv6Address?: string;
  readonly macAddress?: string;
}
