import type { SourceRange } from '../../model/diagnostic.js';
import type { Attachment, Endpoint, Link, Network, Node, Topology } from '../../model/topology.js';
import type { Code } from '../codes.js';
import type { Report } from '../report.js';

/** A check of the whole topology. Parts that were wrong by themselves have been reported, and are missing in it. */
export interface Rule {
  readonly name: string;
  /** All that it may report. */
  readonly codes: readonly Code[];
  check(context: RuleContext): void;
}

/** Of what something may be missing because it was wrong. */
export type Part = 'networks' | 'nodes' | 'links';

/** The network or the link that makes an interface of a node. */
export type Maker =
  | { readonly kind: 'network'; readonly attachment: Attachment }
  | { readonly kind: 'link'; readonly end: Endpoint; readonly link: Link; readonly number: number };

export interface RuleContext {
  readonly topology: Topology;
  readonly networks: ReadonlyMap<string, Network>;
  readonly nodes: ReadonlyMap<string, Node>;
  readonly report: Report;
  /** Of the value of a key of the file (`ipv4_address`), or of the whole thing where the file has no such key for it. */
  place(object: { readonly at: SourceRange }, key: string): SourceRange;
  /** Whether the file has the key for it, by itself or through defaults, its group and merges. */
  isWritten(object: object, key: string): boolean;
  /** Whether conclusions from what it lacks are unsafe; without a name, of any of them. */
  isIncomplete(part: Part, name?: string): boolean;
  /** Network → interface of the node. */
  interfaceNames(node: Node): ReadonlyMap<string, string>;
  /** Interface of the node → what makes it. */
  makersOf(node: Node): ReadonlyMap<string, Maker>;
  /** All interfaces of the node: lo, networks', links'. */
  interfacesOf(node: Node): ReadonlySet<string>;
}
