/** The same lab twice, each on a machine of its own with another machine on its LAN: by Docker, and by topo. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Docker } from '../docker/daemon.js';
import { World } from '../system/world.js';

export interface Side {
  readonly world: World;
  /** The namespace of a place; `host` is the machine itself, `lan` the other one. */
  readonly netnsOf: (place: string) => string | null;
  dispose(): Promise<void>;
}

const HERE = import.meta.dirname;
const text = (name: string): string => readFileSync(join(HERE, name), 'utf8');

/** Node → what its server listens on; each answers with the address that it sees. */
const SERVERS: { readonly [node: string]: string } = {
  lan: '80,81,udp:5300',
  a1: '80,81,9000,9001,9002,udp:53',
  nowhere: '80',
  mate: '82',
  guest: '7002',
  ...Object.fromEntries(['a2', 'b1', 'both', 'i1', 'i2', 'proxy', 'n1', 'p1', 's1', 'q1', 'q2'].map((node) => [node, '80,81'])),
};

const SUBNETS = [61, 62, 63, 64, 65, 66, 67].map((third) => `10.${third}.0.0/24`);

function netnsOf(place: string): string | null {
  return place === 'host' ? null : place === 'lan' ? 'outside' : `parity.${place}`;
}

export async function byTopo(): Promise<Side> {
  return built(async (world) => {
    world.file('topo.yaml', text('lab.yaml'));
    world.mustTopo('apply', '--yes');
    const joined = new Map(['mate', 'guest'].map((node) => [node, netnsEntered(world, node)]));
    return Promise.resolve({ dockers: [], joined });
  });
}

/** The name of the namespace that `topo exec` enters; null is the machine's. */
function netnsEntered(world: World, node: string): string | null {
  const inode = world.mustTopo('exec', node, '--', 'stat', '-L', '-c', '%i', '/proc/self/ns/net').trim();
  if (inode === world.must('stat -L -c %i /proc/self/ns/net').trim()) return null;
  const name = world
    .must('stat -L -c "%i %n" /run/netns/*')
    .split('\n')
    .find((line) => line.startsWith(`${inode} `));
  if (name === undefined) throw new Error(`${node} is in a namespace without a name`);
  return name.replace(/.*\//, '');
}

/** Names for containers' namespaces, and their files where `ip netns exec` looks for those of a namespace. */
const ATTACH = `
docker inspect --format '{{.Name}} {{.State.Pid}} {{.ResolvConfPath}} {{.HostsPath}}' $(docker ps --quiet) |
while read -r name pid resolv hosts; do
  netns=parity.\${name#/}
  ip netns attach "$netns" "$pid"
  mkdir -p "/etc/netns/$netns"
  if [ -n "$resolv" ]; then cp "$resolv" "/etc/netns/$netns/resolv.conf"; fi
  if [ -n "$hosts" ]; then cp "$hosts" "/etc/netns/$netns/hosts"; fi
done`;

/** Flags of dockerd, besides those that put it into the world. */
export async function byDocker(...flags: readonly string[]): Promise<Side> {
  return built(async (world) => {
    const docker = await Docker.start(world, ...flags);
    docker.shell(text('lab.sh'));
    // So that a place is entered in the same way on both sides.
    docker.shell(ATTACH);
    return { dockers: [docker], joined: new Map() };
  });
}

interface Built {
  readonly dockers: readonly Docker[];
  /** Places that are in the namespace of another one, which has only one name. */
  readonly joined: ReadonlyMap<string, string | null>;
}

async function built(build: (world: World) => Promise<Built>): Promise<Side> {
  const world = await World.create();
  let side: Built = { dockers: [], joined: new Map() };
  const inside = (place: string): string | null => (side.joined.has(place) ? side.joined.get(place)! : netnsOf(place));
  const dispose = async (): Promise<void> => {
    world.dispose();
    for (const docker of side.dockers) await docker.dispose();
  };
  try {
    // A new namespace takes over the setting of the machine (devconf_inherit_init_net), and Docker acts on it.
    world.must('sysctl -qw net.ipv4.ip_forward=0');
    world.outside();
    world.must('ip addr add 10.99.0.22/24 dev lan0');
    for (const subnet of SUBNETS) world.must(`ip -n outside route add ${subnet} via 10.99.0.2`);
    world.must('ip -n outside route add fd61::/64 via fd99::2');
    await nameServer(world);
    side = await build(world);
    await Promise.all(Object.entries(SERVERS).map(([node, where]) => world.serve(inside(node), where, node)));
    await world.serve(null, 7000, 'host');
  } catch (error) {
    await dispose();
    throw error;
  }
  return { world, netnsOf: inside, dispose };
}

/** On the LAN, and the one that the machine asks. */
async function nameServer(world: World): Promise<void> {
  const options = ['--no-daemon', '--no-resolv', '--no-hosts', '--conf-file=/dev/null', '--pid-file=', '--user=root', '--log-facility=-'];
  await world.background('outside', ['dnsmasq', ...options, '--address=/outside.example/10.99.0.9'], 'started');
  world.file('resolv.conf', 'nameserver 10.99.0.1\n');
  world.must('mount --bind resolv.conf /etc/resolv.conf');
}
