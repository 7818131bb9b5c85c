/** What the kernel has, read by the commands that people use, without what differs from run to run. */

/** By namespace (`host` first), by command. */
export type Snapshot = { readonly [netns: string]: { readonly [command: string]: unknown } };

const READ = [
  ...['ip -d -j link', 'ip -d -j addr', 'ip -d -j -4 route show table all', 'ip -d -j -6 route show table all'],
  ...['ip -d -j -4 rule', 'ip -d -j -6 rule', 'ip -j neigh show nud permanent', 'nft list ruleset'],
  ...['sysctl net.ipv4.ip_forward', 'sysctl -a -r rp_filter'],
  ...['cat /etc/hosts /etc/resolv.conf /etc/hostname', 'find /etc/netns /run/topo/names -type l,f'],
  'bridge fdb show | grep dst | sort',
  'tc -d qdisc | grep -v noqueue | sort',
];

const MARK = '@@@';

/** Lines of a shell script that print it. */
export const READ_ALL = [
  'for n in host $(ls /run/netns); do',
  'in=; [ $n = host ] || in="ip netns exec $n"',
  ...READ.map((command) => `echo "${MARK}$n ${command}"; $in ${command} || true`),
  'done',
];

export function parseSnapshot(printed: string): Snapshot {
  const snapshot: Record<string, Record<string, unknown>> = {};
  for (const part of printed.split(MARK).slice(1)) {
    const [head = '', ...rest] = part.split('\n');
    const [netns = '', ...command] = head.split(' ');
    const text = rest.join('\n').trim();
    (snapshot[netns] ??= {})[command.join(' ')] = command.includes('-j') ? inOrder(JSON.parse(text || '[]') as readonly unknown[]) : text;
  }
  return snapshot;
}

const OF_THE_MOMENT = new Set(
  [
    'ifindex link link_index link_netnsid operstate state promiscuity port_no no id',
    'valid_life_time preferred_life_time tentative expires used updated confirmed',
    'hello_timer gc_timer tcn_timer topology_change_timer hold_timer message_age_timer forward_delay_timer',
    'topology_change topology_change_ack topology_change_detected root_port root_path_cost root_id',
    'designated_port designated_cost designated_bridge designated_root',
  ].flatMap((line) => line.split(' ')),
);

/** `ip` refuses altnames with blanks and slashes: former values that have them are what a script cannot keep. */
const BEYOND_IP = /^sysctl:.*[\s/]/;

/** Of the flags those that somebody asked for: the others say what the moment is like. */
const ASKED_FOR: readonly unknown[] = ['UP', 'onlink'];

function inOrder(list: readonly unknown[]): unknown {
  return list.map((entry) => stable(entry, '')).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

function stable(value: unknown, name: string): unknown {
  if (Array.isArray(value)) {
    const kept = value.filter((entry) => isKept(entry, name)).map((entry) => stable(entry, ''));
    // An interface gets its link-local address in its own time.
    return name === 'addr_info' ? inOrder(kept) : kept;
  }
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !OF_THE_MOMENT.has(key));
  const members = kept.map(([key, member]) => [key, stable(member, key)] as const);
  return Object.fromEntries(members.filter(([key, member]) => key !== 'altnames' || (member as readonly unknown[]).length > 0));
}

function isKept(entry: unknown, list: string): boolean {
  if (list === 'flags') return ASKED_FOR.includes(entry);
  return list !== 'altnames' || !BEYOND_IP.test(String(entry));
}
