/** What a world's kernel has, in all its namespaces, as values to compare. */
import type { World } from '../world.js';

/** Of one namespace. Each part is a list of lines, so that a difference is short to read. */
export interface NetnsPicture {
  readonly links: readonly string[];
  readonly addresses: readonly string[];
  readonly routes: readonly string[];
  readonly rules: readonly string[];
  readonly neighbours: readonly string[];
  /** What bridges and tunnels were told, not what they have learned, and no groups. */
  readonly fdb: readonly string[];
  readonly qdiscs: readonly string[];
  readonly nft: readonly string[];
  readonly sysctls: readonly string[];
  /** Of the whole machine: names of nodes. */
  readonly files: readonly string[];
}

/** By the namespace's name; `host` is the root one. */
export type Picture = { readonly [netns: string]: NetnsPicture };

const PARTS = ['ip', 'fdb', 'qdisc', 'nft', 'sysctl', 'files'] as const;

/** Clocks: they run while nothing happens. */
const CLOCKS =
  /"(valid_life_time|preferred_life_time|expires|\w+_timer|topology_change|topology_change_detected)":[^,}]+,?|"(tentative|dadfailed)":true,?/g;

/** One process for each family: a line of its answer for each line of these. */
const BATCH = 'link show\\naddr show\\nroute show table all\\nrule show\\nneigh show nud permanent\\nneigh show proxy\\n';
const BATCH6 = 'route show table all\\nrule show\\n';

/** Of the namespace that it runs in; few processes, and none for what only selects lines. */
const INSIDE = `
printf '${BATCH}' | ip -d -j -b -; echo; printf '${BATCH6}' | ip -d -j -6 -b -; echo; echo '#end ip'
bridge -j fdb show; echo; echo '#end fdb'
tc qdisc; echo '#end qdisc'
nft list ruleset; echo '#end nft'
[ "$1" = brief ] || grep -rs '' /proc/sys/net/ipv4 /proc/sys/net/ipv6
echo '#end sysctl'
`;

/** `$1` is how, `$2` the script for one namespace. */
const SCRIPT = `
echo '#netns host'; sh $2 $1
find /etc/netns -type l -printf '%p -> %l\\n' 2>/dev/null | sort; grep -rs '' /run/topo/names | sort; echo '#end files'
mounted=$(grep -o ' /run/netns/[^ ]* [a-z/, ]* - nsfs ' /proc/self/mountinfo | cut -d' ' -f2 | cut -d/ -f4 | sort -u)
for name in $mounted; do
  echo "#netns $name"; nsenter --net=/run/netns/$name sh $2 $1; echo '#end files'
done
`;

/** A picture, and whether the kernel was still at work on something of it. */
interface Moment {
  readonly picture: Picture;
  readonly isPending: boolean;
}

/** The kernel's state as it is now, indexes included, clocks left out. Brief: without sysctls, which take half of the time. */
export function picture(world: World, how: 'whole' | 'brief' = 'whole'): Picture {
  return moment(world, how).picture;
}

export function moment(world: World, how: 'whole' | 'brief'): Moment {
  return momentOf(world.must(lookCommand(world)(how)));
}

export type LookCommand = (how: 'whole' | 'brief') => string;

/** What prints what `momentOf` reads. */
export function lookCommand(world: World): LookCommand {
  const [script, inside] = [world.file('picture.sh', SCRIPT), world.file('inside.sh', INSIDE)];
  return (how) => `sh ${script} ${how} ${inside}`;
}

export function momentOf(printed: string): Moment {
  const found: Record<string, NetnsPicture> = {};
  let isPending = false;
  for (const text of printed.split('#netns ').slice(1)) {
    const [name = '', ...lines] = text.split('\n');
    const [netns, isAtWork] = pictureOf(lines.join('\n'));
    found[name] = netns;
    isPending ||= isAtWork;
  }
  return { picture: found, isPending };
}

/** Settings that change by themselves, or are another view of others. */
const UNSTEADY = /conntrack|gc_|random_table|hop_penalty|fastopen_key|\/ns_last/;

function pictureOf(text: string): readonly [NetnsPicture, isPending: boolean] {
  const parts = new Map<string, string>();
  let start = 0;
  for (const part of PARTS) {
    const end = text.indexOf(`#end ${part}\n`, start);
    if (end < 0) throw new Error(`the picture has no ${part}: ${text.slice(start, start + 500)}`);
    parts.set(part, text.slice(start, end));
    start = end + `#end ${part}\n`.length;
  }
  const answers = (parts.get('ip') ?? '').split('\n').filter((line) => line.startsWith('['));
  if (answers.length !== 8) throw new Error(`ip has ${answers.length} answers instead of 8`);
  const [link = '', addr = '', route = '', rule = '', neigh = '', proxy = '', route6 = '', rule6 = ''] = answers;
  const plain = (part: string): readonly string[] => (parts.get(part) ?? '').split('\n').filter((line) => line !== '');
  const found: NetnsPicture = {
    links: items(link),
    addresses: addresses(addr),
    routes: [...items(route), ...items(route6)].sort(),
    rules: [...items(rule), ...items(rule6)],
    neighbours: [...items(neigh), ...items(proxy)].sort(),
    fdb: items(parts.get('fdb')?.trim() ?? '')
      .filter((text) => /"state":"(permanent|static)"/.test(text) && !/"mac":"(33:33|01:00:5e):/.test(text))
      .sort(),
    qdiscs: plain('qdisc')
      .filter((line) => !line.includes('noqueue'))
      .map((line) => line.replace(/ refcnt \d+/, '')),
    nft: plain('nft'),
    sysctls: plain('sysctl')
      .filter((line) => !UNSTEADY.test(line))
      .map((line) => line.replace('/proc/sys/', ''))
      .sort(),
    files: plain('files'),
  };
  return [found, found.links.some(isUnderWay) || hasUnsettled(addr, found.routes)];
}

/** The carrier is there at once, the operational state (and what follows from it) from a work item that is under way once a second. */
function isUnderWay(text: string): boolean {
  const { flags, operstate } = JSON.parse(text) as { readonly flags: readonly string[]; readonly operstate: string };
  if (!flags.includes('UP') || operstate === 'UNKNOWN') return false;
  return flags.includes('LOWER_UP') !== (operstate === 'UP');
}

/**
 * Addresses of which it is not known yet whether somebody else has them (without a carrier it is never known), and those of
 * IPv6 that have no route yet: that is made from a work item.
 */
function hasUnsettled(addr: string, routes: readonly string[]): boolean {
  const routed = new Set(routes.map((line) => /^\{"type":"local","dst":"([^"]*)"/.exec(line)?.[1]));
  return (JSON.parse(addr) as readonly { readonly flags?: readonly string[]; readonly addr_info?: readonly Address[] }[])
    .flatMap(({ flags, addr_info }) => (flags?.includes('LOWER_UP') === true ? (addr_info ?? []) : []))
    .some(
      ({ family, local, tentative, dadfailed }) =>
        // One that failed never gets a route.
        dadfailed !== true && (tentative === true || (family === 'inet6' && !routed.has(local))),
    );
}

interface Address {
  readonly family?: string;
  readonly local?: string;
  readonly tentative?: boolean;
  readonly dadfailed?: boolean;
}

// A link that has been up has a queueing discipline without a queue, one that has not has none.
const clockless = (value: unknown): string =>
  JSON.stringify(value).replace(CLOCKS, '').replace('"qdisc":"noop"', '"qdisc":"noqueue"').replace(/,}/g, '}');

const items = (line: string): readonly string[] =>
  (JSON.parse(line === '' ? '[]' : line) as unknown[]).filter((item) => Object.keys(item as object).length > 0).map(clockless);

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
          // Links and what is on them come in the order of their indexes.
          return [part, part === 'links' || part === 'addresses' || part === 'qdiscs' ? [...plain].sort() : plain];
        }),
      ) as unknown as NetnsPicture,
    ]),
  );
}

/**
 * Link-local addresses, their routes and operational states come a little after their links: the picture that stays the same.
 * On a machine with a load of ten this took up to 7.5 s.
 */
export async function settled(world: World, timeoutMs = 20_000): Promise<Picture> {
  const deadline = Date.now() + timeoutMs;
  let before = picture(world);
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    const { picture: now, isPending } = moment(world, 'whole');
    if ((!isPending && JSON.stringify(now) === JSON.stringify(before)) || Date.now() > deadline) return now;
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
