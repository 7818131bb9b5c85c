/** What the kernel says, before any kind has made resources of it. Numbers are the kernel's, names are resolved. */
import type { ForeignTable } from './nft/foreign.js';
import type { QdiscObservation } from './qdisc.js';
import type { NodeFiles } from './node-files.js';
import type { ProcessDefinition } from './process.js';
import type { RouteObservation, RuleObservation } from './routes.js';

export interface Observation {
  readonly host: NetnsObservation;
  /** Namespaces with a name: those of the lab (by mark) and those asked for (by name), others are left out. */
  readonly namespaces: readonly NamedNetnsObservation[];
  /** Some other lab owns a link in the host's namespace: host-wide settings are not put back yet. */
  readonly otherLabs: readonly string[];
  /** Inet tables of other labs in the host's namespace, if they were asked for. */
  readonly otherTables: readonly NftTableObservation[];
  /** Absent: nobody asked a container runtime. */
  readonly containers?: ContainersObservation;
  readonly files: NodeFilesObservation;
  /** Who listens on the ports that were asked for, on each host. */
  readonly listeners: readonly ListenerObservation[];
  /** Of tables that are not topo's, on each host that was asked for. */
  readonly foreignChains: readonly ForeignChainObservation[];
  /** Of those that were asked for. */
  readonly missingPrograms: readonly string[];
  /** The kernel has no IPv6. */
  readonly ipv6Missing?: true;
  /** Of those that were asked for; absent: nobody asked. */
  readonly missingLinkTypes?: readonly string[];
  /** Of interfaces of the host that macvlan links share; absent: nobody asked. */
  readonly sharing?: SharingObservation;
  /** Of the lab, running or not. */
  readonly processes: readonly ProcessObservation[];
}

export type ForeignHook = 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting';

/** A chain of somebody else's at a hook that packets of a lab pass. */
export interface ForeignChainObservation extends ForeignTable {
  /** Of which host it is. */
  readonly netns: string;
  readonly hook: ForeignHook;
  readonly priority: number;
  readonly family: 'ip' | 'ip6' | 'inet' | 'bridge';
  readonly table: string;
  readonly chain: string;
  /** Its policy. */
  readonly drops: boolean;
  /** Of `iptables-legacy`, in the words of nft. */
  readonly legacy?: true;
}

export interface ListenerObservation {
  /** Of the host. */
  readonly netns: string;
  readonly protocol: 'tcp' | 'udp';
  /** `0.0.0.0` and `::` for all. */
  readonly address: string;
  readonly port: number;
  /** IPV6_V6ONLY; otherwise `::` takes IPv4 too. */
  readonly ipv6Only: boolean;
  /** None: the kernel's own, or of a process that cannot be seen from here. */
  readonly processes: readonly { readonly pid: number; readonly ancestors: readonly number[]; readonly command: string }[];
}

/** Files that processes of nodes see in place of the host's (`node-files.ts`). */
export interface NodeFilesObservation {
  /** What stands in /etc/netns, by name: where a link leads, null for what is no link. */
  readonly links: ReadonlyMap<string, string | null>;
  /** The lab's sets, by name. */
  readonly sets: ReadonlyMap<string, NodeFiles>;
  /** /etc/netns, or /etc where that is still to be made, takes no new names: `EROFS` … */
  readonly refusal: string | null;
  /** The host’s name servers are at loopback or link-local addresses, where nodes cannot ask them. */
  readonly onlyOwnResolvers: boolean;
}

/** What the record of a process says, as far as /proc confirms it. */
export interface ProcessObservation {
  readonly owner: string;
  readonly name: string;
  /** Null: the record was never finished. */
  readonly definition: ProcessDefinition | null;
  readonly running: boolean;
  /** 0: it was never started. */
  readonly pid: number;
  /** Its network namespace is the one that has the name. */
  readonly inItsNamespace: boolean;
  /** Exit status, 128 and more for a signal; null: it did not live to tell, or lives. */
  readonly exit: number | null;
  /** Time of the start and of the end, ISO 8601; null: never, or unknown. */
  readonly since: string | null;
  readonly ended: string | null;
  /** Path of the file with its output. */
  readonly log: string;
}

export interface ContainerObservation {
  readonly id: string;
  readonly name: string;
  /** `running`, `exited`, `created` … */
  readonly status: string;
  readonly exitCode: number;
  /** Of its first process; 0: it does not run. */
  readonly pid: number;
  /** Of its network namespace, as in `NetnsObservation.inode`; null: it does not run. */
  readonly inode: number | null;
  /** By name, as it was asked for, and what that meant then. */
  readonly image: string;
  readonly imageId: string;
  readonly labels: { readonly [name: string]: string };
  /** Variables that it is started with, those of its image among them. */
  readonly environment: ReadonlyMap<string, string>;
  /** Of one that is not topo’s and runs: what there is in its namespace. */
  readonly inside?: { readonly links: readonly LinkObservation[]; readonly routes: readonly RouteObservation[] };
}

/** Those of the lab, by label, and those that the file names. */
export interface ContainersObservation {
  readonly found: readonly ContainerObservation[];
  /** Image → what its name means on this machine; null: there is no such image here. */
  readonly images: ReadonlyMap<string, string | null>;
}

export interface NamedNetnsObservation extends NetnsObservation {
  /** The file of that name is no namespace (what a crash leaves): it is taken over, or removed. */
  readonly stale: boolean;
}

export interface NetnsObservation {
  readonly netns: string;
  /** What /proc/PID/ns/net shows. */
  readonly inode?: number;
  readonly links: readonly LinkObservation[];
  readonly addresses: readonly AddressObservation[];
  readonly routes: readonly RouteObservation[];
  /** IPv4 addresses at which the table `local` says that somebody is at home. */
  readonly localAddresses: ReadonlySet<string>;
  readonly rules: readonly RuleObservation[];
  readonly neighbours: readonly NeighbourObservation[];
  /** Of its vxlan links; absent: it has none. */
  readonly fdb?: readonly FdbObservation[];
  /** Root qdiscs that somebody gave its virtual interfaces; absent: none has one. */
  readonly qdiscs?: readonly QdiscObservation[];
  /** Of the whole namespace, as /proc/sys would write it; null where the kernel has not that family. */
  readonly forwarding: { readonly 4: string | null; readonly 6: string | null };
  /** Values of the keys that were asked for, and of those remembered in altnames of lo; null: no such key. */
  readonly sysctls: ReadonlyMap<string, string | null>;
  /** Former values, from altnames `sysctl:KEY=VALUE` of lo. */
  readonly remembered: ReadonlyMap<string, string>;
  /** The inet table `topo_LAB` if there is one. */
  readonly nft: NftTableObservation | null;
}

export interface LinkObservation {
  readonly index: number;
  readonly name: string;
  /** IFLA_INFO_KIND; '' for hardware and lo. */
  readonly type: string;
  readonly alias: string;
  /** The mark that it is to have, where a plan takes it over or moves it: whose it is, whatever the alias says. */
  readonly claimed?: string;
  /** The name by which rules in the kernel know it still, where a plan renames it. */
  readonly renamedFrom?: string;
  readonly group: number;
  readonly altnames: readonly string[];
  /** IFLA_LINK: the index of a veth's peer, or of a macvlan's parent, in its own namespace; 0 for none. */
  readonly link: number;
  /** The number that the namespace of `link` has in its own; -1, or absent: the same one. */
  readonly linkNetnsId?: number;
  /** Of a macvlan: where that is, if it is a namespace that was looked at. */
  readonly parent?: { readonly netns: string; readonly name: string };
  /** net.ipv6.conf.NAME.disable_ipv6; false where the kernel does not say. */
  readonly ipv6Disabled: boolean;
  /** Absent: they were not read. */
  readonly settings?: InterfaceSettings;
  /** Every attribute of the tables in `kinds/link-attributes.ts` that the kernel gave, by its name there. */
  readonly attributes: { readonly [name: string]: string | number | boolean };
}

/** Of an interface, as the dump of the links has them: in the kernel's order (DEVCONF_*; of IPv4 without the first). Null: the family is not there. */
export interface InterfaceSettings {
  readonly ipv4: Int32Array | null;
  readonly ipv6: Int32Array | null;
}

export interface AddressObservation {
  readonly dev: string;
  /** With prefix length, canonical. */
  readonly address: string;
  readonly scope: string;
  readonly broadcast: string;
  readonly nodad: boolean;
  /** IFA_F_PERMANENT: no lifetime. */
  readonly permanent: boolean;
  readonly noprefixroute: boolean;
  /** Of the route to its subnet; 0: the kernel's own. */
  readonly metric: number;
  /** IFA_PROTO: 0 unspecified (by hand), 1 loopback, 2 router advertisement, 3 link-local. */
  readonly protocol: number;
  /** The other end's address where it differs (`peer`), or ''. */
  readonly peer: string;
}

export interface NeighbourObservation {
  readonly dev: string;
  readonly address: string;
  /** '' for a proxy entry. */
  readonly mac: string;
  /** NUD_PERMANENT; others come and go and are the kernel's. */
  readonly permanent: boolean;
}

export interface SharingObservation {
  /** The kernel has macvlan, or a module of it. */
  readonly isSupported: boolean;
  /** In namespaces with a name that are not the lab's. */
  readonly children: readonly SharingChild[];
}

export interface SharingChild {
  readonly netns: string;
  readonly name: string;
  readonly mode: string;
  /** An interface of the host. */
  readonly parent: string;
}

/** Where a vxlan link sends frames for a MAC address; what it has learned by itself is left out. */
export interface FdbObservation {
  readonly dev: string;
  readonly mac: string;
  /** The address of the other host; '' for what has none. */
  readonly dst: string;
  /** What is not as the link itself has it (`port 99`, `vni 7`, `via eth0`), in the words of `bridge fdb`; '' for nothing. */
  readonly other: string;
}

/** The kernel's own expressions, decoded: `text` is for people, `code` decides equality. */
export interface NftTableObservation {
  readonly name: string;
  readonly comment: string;
  readonly chains: readonly NftChainObservation[];
  /** Verdict maps by interface name or by address; elements in the order of their text. */
  readonly maps: readonly NftMapObservation[];
  /** Other sets and maps, objects, flowtables that somebody added, as text. */
  readonly other: readonly string[];
}

export interface NftChainObservation {
  readonly name: string;
  /** `type nat hook prerouting priority -100; policy accept;` or '' */
  readonly hook: string;
  readonly rules: readonly NftRuleText[];
}

export interface NftMapObservation {
  readonly name: string;
  /** `type ifname : verdict` */
  readonly type: string;
  readonly elements: readonly NftRuleText[];
}

export interface NftRuleText {
  readonly text: string;
  /** Expressions and comment in canonical form: two rules are equal if their codes are. */
  readonly code: string;
}
