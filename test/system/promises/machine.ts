/** What a world's kernel has, in all its namespaces, as values to compare. */
import type { World } from '../world.js';

/** Of one namespace. Each part is a list of lines, so that a difference is short to read. */
export interface NetnsPicture {
  readonly links: readonly string[];
  readonly addresses: readonly string[];
  readonly routes: readonly string[];
  readonly rules: readonly string[];
  readonly neighbours: readonly string[];
  readonly nft: readonly string[];
  readonly sysctls: readonly string[];
  /** Of the whole machine: names of nodes. */
  readonly files: readonly string[];
}

/** By the namespace's name; `host` is the root one. */
export type Picture = { readonly [netns: string]: NetnsPicture };

const PARTS = ['link', 'addr', 'route', 'rule', 'neigh', 'nft', 'sysctl', 'files'] as const;

/** Clocks: they run while nothing happens. */
const CLOCKS =
  /"(valid_life_time|preferred_life_time|expires|\w+_timer|topology_change|topology_change_detected)":[^,}]+,?|"(tentative|dadfailed)":true,?/g;

/** What only a look from inside shows, by namespace. */
const SCRIPT = `
picture() {
  ip -d -j link; echo; echo '#end link'
  ip -d -j addr; echo; echo '#end addr'
  ip -d -j route show table all; echo; ip -d -j -6 route show table all; echo; echo '#end route'
  ip -d -j rule; echo; ip -d -j -6 rule; echo; echo '#end rule'
  ip -j neigh show nud permanent; echo; ip -j neigh show proxy; echo; echo '#end neigh'
  nft list ruleset; echo '#end nft'
  grep -rs '' /proc/sys/net/ipv4 /proc/sys/net/ipv6 | grep -v 'conntrack\\|gc_\\|random_table\\|hop_penalty\\|fastopen_key\\|/ns_last' | sort; echo '#end sysctl'
  [ "$1" = inside ] || { find /etc/netns -type l -printf '%p -> %l\\n' 2>/dev/null | sort; grep -rs '' /run/topo/names | sort; }
  echo '#end files'
}
case "$1" in
  inside) picture inside ;;
  *) echo '#netns host'; picture host
     for name in $(ls /run/netns 2>/dev/null); do
       [ "$(stat -f -c %t "/run/netns/$name")" = 6e736673 ] || continue
       echo "#netns $name"; nsenter --net="/run/netns/$name" sh "$0" inside
     done ;;
esac
`;

/** The kernel's state as it is now, indexes included, clocks left out. */
export function picture(world: World): Picture {
  const script = world.file('picture.sh', SCRIPT);
  const found: Record<string, NetnsPicture> = {};
  for (const text of world.must(`sh ${script}`).split('#netns ').slice(1)) {
    const [name = '', ...lines] = text.split('\n');
    found[name] = pictureOf(lines.join('\n'));
  }
  return found;
}

function pictureOf(text: string): NetnsPicture {
  const parts = new Map<string, string>();
  let start = 0;
  for (const part of PARTS) {
    const end = text.indexOf(`#end ${part}\n`, start);
    if (end < 0) throw new Error(`the picture has no ${part}: ${text.slice(start, start + 500)}`);
    parts.set(part, text.slice(start, end));
    start = end + `#end ${part}\n`.length;
  }
  const json = (part: string): readonly string[] =>
    (parts.get(part) ?? '').split('\n').flatMap((line) => (line.startsWith('[') ? items(line) : []));
  const plain = (part: string): readonly string[] => (parts.get(part) ?? '').split('\n').filter((line) => line !== '');
  return {
    links: json('link'),
    addresses: addresses(parts.get('addr') ?? ''),
    routes: [...json('route')].sort(),
    rules: json('rule'),
    neighbours: [...json('neigh')].sort(),
    nft: plain('nft'),
    sysctls: plain('sysctl').map((line) => line.replace('/proc/sys/', '')),
    files: plain('files'),
  };
}

// A link that has been up has a queueing discipline without a queue, one that has not has none.
const clockless = (value: unknown): string =>
  JSON.stringify(value).replace(CLOCKS, '').replace('"qdisc":"noop"', '"qdisc":"noqueue"').replace(/,}/g, '}');

const items = (line: string): readonly string[] =>
  (JSON.parse(line) as unknown[]).filter((item) => Object.keys(item as object).length > 0).map(clockless);

/** Addresses alone: the links are in a part of their own. In the order of the kernel, which tells primary from secondary. */
function addresses(text: string): readonly string[] {
  const links = JSON.parse(text.trim() === '' ? '[]' : text) as readonly { ifname?: string; addr_info?: readonly object[] }[];
  return links.flatMap(({ ifname, addr_info }) => (addr_info ?? []).map((info) => `${ifname ?? ''} ${clockless(info)}`));
}

/** Without what depends on the order in which things were made: indexes and numbers of namespaces. */
export function portable(one: Picture): Picture {
  const without = (lines: readonly string[]): readonly string[] =>
    lines.map((line) =>
      line
        .replace(/"(ifindex|link_index|link_netnsid|id|no|designated_port)":[^,}]+,?/g, '')
        .replace(/,}/g, '}')
        .replace(/# handle \d+/, ''),
    );
  return Object.fromEntries(
    Object.entries(one).map(([name, parts]) => [
      name,
      Object.fromEntries(
        Object.entries(parts).map(([part, lines]) => {
          const plain = without(lines as readonly string[]);
          // Links and the addresses on them come in the order of their indexes.
          return [part, part === 'links' || part === 'addresses' ? [...plain].sort() : plain];
        }),
      ) as unknown as NetnsPicture,
    ]),
  );
}

/** What a command says in any of the namespaces. An address that failed is settled: it never gets a route. */
const everywhere = (look: string): string =>
  `look='${look}'; sh -c "$look"; for name in /run/netns/*; do nsenter --net="$name" sh -c "$look" 2>/dev/null; done; true`;

const TENTATIVE = everywhere('ip -6 -o addr show tentative -dadfailed');

/** Link-local addresses that have no route of the table local yet: the kernel makes it from a work item. */
const UNROUTED = everywhere(
  'ip -6 -o addr show scope link -dadfailed | cut -d/ -f1 | while read -r _ _ _ address; do ip -6 route show table local | grep -q "^local $address " || echo "$address"; done',
);

/** The carrier is there at once, the operational state (and what follows from it) from a work item that is under way once a second. */
function isUnderWay(text: string): boolean {
  const { flags, operstate } = JSON.parse(text) as { readonly flags: readonly string[]; readonly operstate: string };
  if (!flags.includes('UP') || operstate === 'UNKNOWN') return false;
  return flags.includes('LOWER_UP') !== (operstate === 'UP');
}

const isPending = (world: World): boolean => world.must(`${TENTATIVE}; ${UNROUTED}`).trim() !== '';

/**
 * Link-local addresses, their routes and operational states come a little after their links: the picture that stays the same.
 * On a machine with a load of ten this took up to 7.5 s.
 */
export async function settled(world: World, timeoutMs = 20_000): Promise<Picture> {
  const deadline = Date.now() + timeoutMs;
  let before = picture(world);
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    // Asked before the picture is taken: what settles between the two would be missing in it.
    const pending = isPending(world);
    const now = picture(world);
    const isSame = JSON.stringify(now) === JSON.stringify(before) && !Object.values(now).some(({ links }) => links.some(isUnderWay));
    if ((isSame && !pending) || Date.now() > deadline) return now;
    before = now;
  }
}

/** Index of each link, by namespace and name. */
export function indexes(one: Picture): { readonly [place: string]: number } {
  return Object.fromEntries(
    Object.entries(one).flatMap(([netns, { links }]) =>
      links.map((text) => {
        const { ifname, ifindex } = JSON.parse(text) as { ifname: string; ifindex: number };
        return [`${netns}/${ifname}`, ifindex];
      }),
    ),
  );
}
