/**
 * What can be done to the kernel, as plain data: run by the netlink adapter, written as a script by the
 * iproute2 adapter, stored in a file, compared in a test. Namespaces go by name, `HOST` is the host's own.
 */
import type { ContainerSpec } from './container.js';
import type { NodeFiles } from './node-files.js';
import type { ProcessDefinition, ProcessKey } from './process.js';
import type { QdiscOperation } from './qdisc.js';
import type { RouteOperation, RuleOperation } from './routes.js';

export type Operation =
  | NetnsAdd
  /** The namespace gets another name, and its link in /etc/netns with it. */
  | { readonly op: 'netns-rename'; readonly netns: string; readonly to: string }
  /** `files`: its link in /etc/netns goes first. */
  | { readonly op: 'netns-delete'; readonly netns: string; readonly files?: boolean }
  | NodeFilesOperation
  | ContainerOperation
  | LinkAdd
  | { readonly op: 'link-set'; readonly netns: string; readonly name: string; readonly attributes: LinkAttributes }
  | { readonly op: 'link-delete'; readonly netns: string; readonly name: string }
  /** Up or down; a kernel before 6.2 renames one that is down. */
  | { readonly op: 'link-rename'; readonly netns: string; readonly name: string; readonly to: string }
  /** All links of the group go in one message; `names` are those that were seen in it, all of them the lab's. */
  | { readonly op: 'group-delete'; readonly netns: string; readonly group: number; readonly names: readonly string[] }
  | { readonly op: 'altname-add' | 'altname-delete'; readonly netns: string; readonly name: string; readonly altname: string }
  | AddressOperation
  | RouteOperation
  | RuleOperation
  | NeighbourOperation
  | Announce
  | FdbOperation
  | QdiscOperation
  /** `remember`: the former value is kept in an altname of the namespace's lo before the new one is written. */
  | { readonly op: 'sysctl-set'; readonly netns: string; readonly key: string; readonly value: string; readonly remember: boolean }
  /** Puts the remembered value back and forgets it. */
  | { readonly op: 'sysctl-restore'; readonly netns: string; readonly key: string; readonly value: string }
  | { readonly op: 'nft-replace'; readonly netns: string; readonly table: NftTable }
  /** The table comes back as it was when it was kept, in place of what there is. */
  | { readonly op: 'nft-restore'; readonly netns: string; readonly table: string; readonly messages: readonly NftMessage[] }
  | { readonly op: 'nft-delete'; readonly netns: string; readonly table: string }
  | ProcessOperation
  | ExecRun
  /** What the kernel remembers of live flows that are to be judged by the rules again. */
  | { readonly op: 'conntrack-delete'; readonly netns: string; readonly flows: readonly (UdpFlows | OutwardFlows)[] };

/** Flows to ports of the host. */
export interface UdpFlows {
  readonly protocol: 'udp';
  readonly family: 4 | 6;
  /** The host's; '' for all of them. */
  readonly address: string;
  readonly from: number;
  readonly to: number;
  /** Where rules have sent them on to, such as `10.0.0.2`; '' for those that the host itself has got; null for all. */
  readonly target: string | null;
}

/** Those that begin in a network and lead elsewhere, whatever address their packets have there. */
export interface OutwardFlows {
  readonly protocol: 'udp';
  readonly family: 4 | 6;
  /** The network's CIDR. */
  readonly source: string;
}

/** Its lo gets the alias, and is up. */
export interface NetnsAdd {
  readonly op: 'netns-add';
  readonly netns: string;
  readonly alias: string;
  /** Dotted keys and their values; absent: as the kernel makes it. */
  readonly sysctls?: { readonly [key: string]: string };
  /** The folder of files that its processes see (`node-files.ts`). */
  readonly files?: string;
}

/** A container runtime is asked; `container` is a name. */
export type ContainerOperation =
  /** The host's lo gets the mark that tells which runtime the lab's containers are of. */
  | { readonly op: 'runtime-mark'; readonly netns: string; readonly lab: string }
  | (Omit<ContainerSpec, 'names'> & {
      readonly op: 'container-run';
      readonly netns: string;
      readonly container: string;
      /** The folder of files that it has in place of the runtime's; '' for none. */
      readonly files: string;
      readonly labels: { readonly [name: string]: string };
    })
  | { readonly op: 'container-start' | 'container-remove'; readonly netns: string; readonly container: string }
  /** The namespace of the container gets the name; its lo gets the alias and the altname. `pid` is filled in by who asks the runtime. */
  | {
      readonly op: 'netns-attach';
      readonly netns: string;
      readonly container: string;
      readonly alias: string;
      readonly altname: string;
      readonly pid?: number;
    }
  /** The name is taken away; the namespace is the container's and stays. */
  | { readonly op: 'netns-detach'; readonly netns: string };

export type ProcessOperation =
  /** Ends what runs under that key before; its log goes on. */
  | { readonly op: 'process-start'; readonly netns: string; readonly process: ProcessKey; readonly definition: ProcessDefinition }
  /** With all that it has started; its record and its log go too. */
  | { readonly op: 'process-stop'; readonly netns: string; readonly process: ProcessKey }
  /** All of an owner's go on as those of another one, whose namespace was called `was`. */
  | {
      readonly op: 'process-move';
      readonly netns: string;
      readonly lab: string;
      readonly owner: string;
      readonly to: string;
      readonly was: string;
    }
  /** Sends it the signal at which it reads its files again; if there is a check, and it fails, it does not, and goes on as before. */
  | {
      readonly op: 'process-signal';
      readonly netns: string;
      readonly process: ProcessKey;
      readonly definition: ProcessDefinition;
      readonly check?: readonly string[];
    };

/** Runs a command to its end and remembers it by the altname of lo. By itself: it takes its time, and what it writes is shown meanwhile. */
export interface ExecRun {
  readonly op: 'exec-run';
  readonly netns: string;
  /** The name is a digest of the command. */
  readonly process: ProcessKey;
  readonly definition: ProcessDefinition;
  readonly altname: string;
}

export type NodeFilesOperation =
  /** `/etc/netns/NAME` becomes a link to the folder; '': the link goes. What is no link of topo's there is refused. */
  | { readonly op: 'node-files-link'; readonly netns: string; readonly folder: string }
  /** Written in place, so that processes which have the files mounted see what is new. */
  | { readonly op: 'node-files-write'; readonly netns: string; readonly folder: string; readonly files: NodeFiles }
  | { readonly op: 'node-files-delete'; readonly netns: string; readonly folder: string };

export interface LinkAdd {
  readonly op: 'link-add';
  readonly netns: string;
  readonly name: string;
  readonly type: 'bridge' | 'veth' | 'vxlan' | 'macvlan';
  readonly attributes: LinkAttributes;
  /** The other end of a veth. */
  readonly peer?: { readonly netns: string; readonly name: string; readonly attributes: LinkAttributes };
  /** The interface that a macvlan shares. */
  readonly parent?: { readonly netns: string; readonly name: string };
}

/**
 * Link attributes by their names in the tables of `kinds/link-attributes.ts`; `mac` as aa:bb:cc:dd:ee:ff,
 * `master` and `dev` the names of links in the same namespace ('' for none), `up` a boolean.
 */
export type LinkAttributes = { readonly [name: string]: string | number | boolean };

export interface AddressOperation {
  readonly op: 'address-add' | 'address-delete' | 'address-replace';
  readonly netns: string;
  readonly dev: string;
  /** Address with prefix length. */
  readonly address: string;
  readonly scope: string;
  /** '' for none (IPv6, /31, /32). */
  readonly broadcast: string;
  /** No duplicate address detection: the address can be used at once. IPv6 only. */
  readonly nodad: boolean;
  /** Of somebody's address: the other end's, without prefix length; absent: it has none. */
  readonly peer?: string;
  /** Of somebody's address: that of the route to its subnet; absent: the kernel's own. */
  readonly metric?: number;
  /** Of somebody's address: the kernel makes no such route. */
  readonly noprefixroute?: true;
}

export interface NeighbourOperation {
  readonly op: 'neighbour-set' | 'neighbour-delete';
  readonly netns: string;
  readonly dev: string;
  readonly address: string;
  readonly mac: string;
  /** Nothing is set: the address is asked for by ARP, three times a second apart, as if somebody had something to send there. */
  readonly asks?: true;
}

/** Others on its wire hear which MAC address an interface of Ethernet has: what they know of its addresses is older. Whoever cannot be told finds out by himself. */
export interface Announce {
  readonly op: 'announce';
  readonly netns: string;
  readonly dev: string;
  /** Without prefix length; '' for all that the interface has. */
  readonly address: string;
  /** Of somebody else, who has the address and whom they do not hear themselves; absent: the interface's own. */
  readonly mac?: string;
}

/** An entry of a vxlan link's own forwarding table, permanent. */
export interface FdbOperation {
  /** `set` takes the place of another entry for the MAC address; `append` stands beside the others (MAC address of zeros). */
  readonly op: 'fdb-set' | 'fdb-append' | 'fdb-delete';
  readonly netns: string;
  readonly dev: string;
  readonly mac: string;
  readonly dst: string;
  /** What is not as the link itself has it, in the words of `bridge fdb`: of one to be deleted, or that comes back. */
  readonly other?: string;
  /** Of one that is to be deleted: what the bridge has learned by the link, which is a port of it. */
  readonly learned?: true;
}

/** A table of family inet. Rules are typed, so that text for people and expressions for the kernel come from one value. */
export interface NftTable {
  readonly name: string;
  /** Kept in the table's user data: the mark of ownership. */
  readonly comment: string;
  /** Absent: none. */
  readonly maps?: readonly NftMap[];
  readonly chains: readonly NftChain[];
}

/** What the kernel has told of a part of a table, and takes again. */
export interface NftMessage {
  /** NFT_MSG_NEW… with its subsystem. */
  readonly type: number;
  /** Its attributes, base64. */
  readonly data: string;
}

/** Verdicts by a key: one look-up, however many there are. */
export type NftMap = NftInterfaceMap | NftAddressMap;

/** Chains to jump to by the name of an interface. */
export interface NftInterfaceMap {
  readonly name: string;
  readonly elements: readonly { readonly interface: string; readonly chain: string }[];
}

/** Addresses of one family that are accepted, or for which a chain is jumped to. */
export interface NftAddressMap {
  readonly name: string;
  readonly family: 4 | 6;
  readonly elements: readonly { readonly address: string; readonly chain?: string }[];
}

export interface NftChain {
  readonly name: string;
  /** Absent: a chain that other chains jump to. */
  readonly hook?: {
    readonly type: 'filter' | 'nat';
    readonly hook: 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting';
    /** -300 raw, -100 dstnat, 0 filter, 100 srcnat. */
    readonly priority: number;
  };
  readonly rules: readonly NftRule[];
}

export interface NftRule {
  readonly matches: readonly NftMatch[];
  readonly verdict: NftVerdict;
  /** At most 120 bytes. */
  readonly comment: string;
}

export type NftMatch =
  | { readonly match: 'iifname' | 'oifname'; readonly negate: boolean; readonly name: string }
  /** A plain address or a CIDR, of either family. */
  | { readonly match: 'saddr' | 'daddr'; readonly negate: boolean; readonly prefix: string }
  | { readonly match: 'dport'; readonly protocol: 'tcp' | 'udp'; readonly from: number; readonly to: number }
  /** `fib saddr type local`, `fib daddr type local`. */
  | { readonly match: 'fib-local'; readonly side: 'saddr' | 'daddr' }
  /** `fib saddr . iif oif missing`: an answer to the source would not leave by the interface that the packet came in by. */
  | { readonly match: 'fib-no-way-back' }
  | { readonly match: 'l4proto'; readonly protocol: 'icmp' | 'icmpv6' }
  | { readonly match: 'nfproto'; readonly family: 4 | 6 }
  | { readonly match: 'ct-state-established-related' }
  | { readonly match: 'ct-status-dnat' };

export type NftVerdict =
  | { readonly verdict: 'accept' | 'drop' | 'return' }
  | { readonly verdict: 'jump'; readonly chain: string }
  /** What the map says for the interface, if it says something. */
  | { readonly verdict: 'vmap'; readonly key: 'iifname' | 'oifname'; readonly map: string }
  /** What the map says for the source address. */
  | { readonly verdict: 'vmap-saddr'; readonly family: 4 | 6; readonly map: string }
  | { readonly verdict: 'masquerade'; readonly family: 4 | 6 }
  | { readonly verdict: 'snat'; readonly address: string }
  /** No port: the port stays as it is. */
  | { readonly verdict: 'dnat'; readonly address: string; readonly port?: number };
