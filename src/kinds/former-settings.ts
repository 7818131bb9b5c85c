/** Settings of interfaces, in the order in which a dump of the links has them (`linux/ip.h`, `linux/ipv6.h`: DEVCONF_*). */
import { interfaceKey } from '../model/sysctl-key.js';
import type { LinkObservation, NetnsObservation } from '../model/observation.js';

/** Name and what a new interface has; '' for what cannot be written, or is another number in /proc/sys. */
type Row = readonly [name: string, fresh: number];

const skipped: Row = ['', 0];

const IPV4: readonly Row[] = [
  ['forwarding', 0],
  skipped, // mc_forwarding
  ['proxy_arp', 0],
  ['accept_redirects', 1],
  ['secure_redirects', 1],
  ['send_redirects', 1],
  ['shared_media', 1],
  ['rp_filter', 0],
  ['accept_source_route', 1],
  ['bootp_relay', 0],
  ['log_martians', 0],
  ['tag', 0],
  ['arp_filter', 0],
  ['medium_id', 0],
  ['disable_xfrm', 0],
  ['disable_policy', 0],
  ['force_igmp_version', 0],
  ['arp_announce', 0],
  ['arp_ignore', 0],
  ['promote_secondaries', 0],
  ['arp_accept', 0],
  ['arp_notify', 0],
  ['accept_local', 0],
  ['src_valid_mark', 0],
  ['proxy_arp_pvlan', 0],
  ['route_localnet', 0],
  ['igmpv2_unsolicited_report_interval', 10_000],
  ['igmpv3_unsolicited_report_interval', 1000],
  ['ignore_routes_with_linkdown', 0],
  ['drop_unicast_in_l2_multicast', 0],
  ['drop_gratuitous_arp', 0],
  ['bc_forwarding', 0],
  ['arp_evict_nocarrier', 1],
];

const IPV6: readonly Row[] = [
  ['forwarding', 0],
  ['hop_limit', 64],
  skipped, // mtu: it follows the link's
  ['accept_ra', 1],
  ['accept_redirects', 1],
  ['autoconf', 1],
  ['dad_transmits', 1],
  ['router_solicitations', -1],
  skipped, // router_solicitation_interval: in other units
  skipped, // router_solicitation_delay
  ['use_tempaddr', 0],
  ['temp_valid_lft', 604_800],
  ['temp_prefered_lft', 86_400],
  ['regen_max_retry', 3],
  ['max_desync_factor', 600],
  ['max_addresses', 16],
  ['force_mld_version', 0],
  ['accept_ra_defrtr', 1],
  ['accept_ra_pinfo', 1],
  ['accept_ra_rtr_pref', 1],
  skipped, // router_probe_interval
  ['accept_ra_rt_info_max_plen', 0],
  ['proxy_ndp', 0],
  ['optimistic_dad', 0],
  ['accept_source_route', 0],
  skipped, // mc_forwarding
  ['disable_ipv6', 0],
  ['accept_dad', 1],
  ['force_tllao', 0],
  ['ndisc_notify', 0],
  skipped, // mldv1_unsolicited_report_interval
  skipped, // mldv2_unsolicited_report_interval
  ['suppress_frag_ndisc', 1],
  ['accept_ra_from_local', 0],
  ['use_optimistic', 0],
  ['accept_ra_mtu', 1],
  skipped, // stable_secret
  ['use_oif_addrs_only', 0],
  ['accept_ra_min_hop_limit', 1],
  ['ignore_routes_with_linkdown', 0],
  ['drop_unicast_in_l2_multicast', 0],
  ['drop_unsolicited_na', 0],
  ['keep_addr_on_down', 0],
  skipped, // router_solicitation_max_interval
  ['seg6_enabled', 0],
  ['seg6_require_hmac', 0],
  ['enhanced_dad', 1],
  ['addr_gen_mode', 0],
  ['disable_policy', 0],
  ['accept_ra_rt_info_min_plen', 0],
  ['ndisc_tclass', 0],
  ['rpl_seg_enabled', 0],
  ['ra_defrtr_metric', 1024],
  ['ioam6_enabled', 0],
];

const SETTINGS = { ipv4: IPV4, ipv6: IPV6 } as const;

/** Place of proxy_arp. */
const PROXY_ARP = 2;

export const isProxy = ({ settings }: LinkObservation): boolean => settings?.ipv4?.[PROXY_ARP] === 1;

export interface SettingChange {
  readonly key: string;
  readonly former: string;
  /** Null: the interface is still to come. */
  readonly now: string | null;
}

/** Settings that the interface, of `ns`, had and has not, or would not have by itself if it were new. */
export function changedSettings(ns: NetnsObservation, link: LinkObservation, now: LinkObservation | undefined): readonly SettingChange[] {
  return FAMILIES.flatMap((family) => {
    const former = link.settings?.[family] ?? null;
    const current = now?.settings?.[family] ?? null;
    // Of an interface that is there without the family nothing can be written.
    if (former === null || (now !== undefined && current === null)) return [];
    return SETTINGS[family].flatMap(([word, plain], at): readonly SettingChange[] => {
      const [value, other] = [former[at], current?.[at] ?? null];
      if (word === '' || value === undefined || value === (other ?? fresh(word, plain, family, ns, link))) return [];
      return [{ key: interfaceKey(family, link.name, word), former: String(value), now: other === null ? null : String(other) }];
    });
  });
}

const FAMILIES = ['ipv4', 'ipv6'] as const;

/** What a new one has: lo has its own, and forwarding is the namespace's. */
function fresh(word: string, plain: number, family: 'ipv4' | 'ipv6', { forwarding }: NetnsObservation, { name }: LinkObservation): number {
  if (word === 'forwarding') return Number(forwarding[family === 'ipv4' ? 4 : 6] ?? plain);
  return name === 'lo' ? (LOOPBACK[word] ?? plain) : plain;
}

/** `net/ipv4/devinet.c`, `net/ipv6/addrconf.c` */
const LOOPBACK: { readonly [word: string]: number } = { disable_xfrm: 1, disable_policy: 1, use_tempaddr: -1, accept_dad: -1 };
