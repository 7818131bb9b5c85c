/** What the file says of a network of driver calico. */
import type { Family } from './address.js';
import type { SourceRange } from './diagnostic.js';

export interface Calico {
  /** Prefix length of the blocks that hosts get of the network’s subnets. */
  readonly blockSize: Readonly<Record<Family, number>>;
  readonly bgp: CalicoBgp;
  readonly policy: readonly PolicyRule[];
}

export interface CalicoBgp {
  readonly asn: number;
  /** Absent: every host has a session with every other one. */
  readonly reflectors?: readonly { readonly host: string; readonly at: SourceRange }[];
}

/** The nodes that `to` selects take what one of their rules allows, and nothing else; a node that no rule selects takes everything. */
export interface PolicyRule {
  readonly at: SourceRange;
  readonly to: Selector;
  /** Absent: everybody. */
  readonly from?: readonly PolicySource[];
  /** Absent: everything. */
  readonly ports?: readonly PolicyPorts[];
}

/** Nodes that have all of these labels. */
export interface Selector {
  readonly at: SourceRange;
  readonly labels: Labels;
}

export type Labels = { readonly [name: string]: string };

export type PolicySource =
  | { readonly source: 'nodes'; readonly selector: Selector }
  /** Canonical CIDR. */
  | { readonly source: 'cidr'; readonly cidr: string };

/** A run of ports, or a whole protocol. */
export type PolicyPorts = { readonly protocol: 'tcp' | 'udp'; readonly from: number; readonly to: number } | { readonly protocol: 'icmp' };

/** The gateway that every node sees, whatever its host is: nobody has it, the host answers for it. */
export const CALICO_GATEWAY = '169.254.1.1';
/** Of the host's end of every node's veth. */
export const CALICO_MAC = 'ee:ee:ee:ee:ee:ee';
/** The address that the kernel makes of that MAC. */
export const CALICO_GATEWAY6 = 'fe80::ecee:eeff:feee:eeee';

export function isSelected({ labels: wanted }: Selector, labels: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => Object.hasOwn(labels, name) && labels[name] === value);
}
