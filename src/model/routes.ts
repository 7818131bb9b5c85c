/** Routes and policy rules: what the kernel tells of them, and what can be done. */
import type { Nexthop } from './nexthop.js';

interface Route {
  /** Canonical CIDR, 0.0.0.0/0 and ::/0 for default. */
  readonly to: string;
  readonly type: string;
  readonly table: number;
  readonly metric: number;
  readonly protocol: number;
  readonly scope: string;
  /** '' where there is none; 0 for no mtu. */
  readonly via: string;
  readonly dev: string;
  readonly src: string;
  readonly mtu: number;
  readonly onlink: boolean;
}

export interface RouteObservation extends Route {
  /** More than one next hop: each as `via dev weight`, in the kernel's order; empty otherwise. */
  readonly nexthops: readonly string[];
  /** What the kernel tells routes apart by besides (TOS, an IPv6 source), in words of `ip route`; '' for none. */
  readonly key: string;
  /** What this program has no word for (an encapsulation, a window …), in those of `ip route`; '' for none. */
  readonly other: string;
  /** If it has one of those: all of the route as the kernel tells it, in hexadecimal digits. */
  readonly message?: string;
  /** Router advertisement with an expiry, cloned, or otherwise the kernel's own doing. */
  readonly dynamic: boolean;
}

export interface RouteOperation extends Route {
  readonly op: 'route-add' | 'route-replace' | 'route-delete';
  readonly netns: string;
  /** Several ways at once, in place of `via` and `dev`; absent: one. */
  readonly nexthops?: readonly Nexthop[];
  /** What somebody's route has besides, in words of `ip route`. */
  readonly other?: string;
  /** All of such a route, as the kernel has told it, in hexadecimal digits; the number of `dev` may be another one by now. */
  readonly message?: string;
}

interface Rule {
  readonly family: 4 | 6;
  readonly priority: number;
  readonly table: number;
  readonly from: string;
  readonly to: string;
  readonly iif: string;
  readonly oif: string;
  readonly fwmark: number;
}

export interface RuleObservation extends Rule {
  /** FRA_PROTOCOL: 2 is the kernel's own. */
  readonly protocol: number;
  /** What this program has no word for (an l3mdev, an inverted rule …), in those of `ip rule`; '' for none. */
  readonly other: string;
  /** If it has such: all of the rule as the kernel tells it, in hexadecimal digits. */
  readonly message?: string;
}

export interface RuleOperation extends Rule {
  /** `rule-ensure`: adds it unless it is there. */
  readonly op: 'rule-add' | 'rule-ensure' | 'rule-delete';
  readonly netns: string;
  /** FRA_PROTOCOL; absent: none. */
  readonly protocol?: number;
  /** What somebody's rule has besides, in words of `ip rule`. */
  readonly other?: string;
  /** All of such a rule, as the kernel has told it, in hexadecimal digits. */
  readonly message?: string;
}
