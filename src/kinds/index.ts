/** The list of kinds. Those that make interfaces come first: the others ask whose an interface is. */
import { address } from './address.js';
import { bridge } from './bridge.js';
import { container } from './container.js';
import { exec } from './exec.js';
import { fdb } from './fdb.js';
import { joined } from './joined.js';
import type { Kind } from './kind.js';
import { loopback } from './loopback.js';
import { macvlan } from './macvlan.js';
import { neighbour } from './neighbour.js';
import { netns } from './netns.js';
import { nftables } from './nftables.js';
import { nodeFiles } from './node-files.js';
import { process } from './process.js';
import { protection } from './protection.js';
import { qdisc } from './qdisc.js';
import { route } from './route.js';
import { rule } from './rule.js';
import { runtime } from './runtime.js';
import { stranger } from './stranger.js';
import { sysctl } from './sysctl.js';
import { tunnelNeighbours } from './tunnel-neighbours.js';
import { veth } from './veth.js';
import { vxlan } from './vxlan.js';

export const KINDS: readonly Kind[] = [
  nodeFiles,
  netns,
  bridge,
  veth,
  vxlan,
  macvlan,
  loopback,
  stranger,
  sysctl,
  address,
  neighbour,
  tunnelNeighbours,
  fdb,
  qdisc,
  route,
  rule,
  nftables,
  joined,
  protection,
  runtime,
  container,
  process,
  exec,
];

const byName = new Map(KINDS.map((kind) => [kind.name, kind]));

/** The kind of that name; a resource of no kind is a broken invariant. */
export function kindOf(name: string): Kind {
  const kind = byName.get(name);
  if (kind === undefined) throw new Error(`no kind ${name}`);
  return kind;
}
