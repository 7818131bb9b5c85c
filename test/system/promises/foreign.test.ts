/** What is not the lab's stays as it is, whatever it looks like, and nothing happens to it (GUARANTEES.md, G5). */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { World } from '../world.js';
import { EVERY_KIND, EVERY_KIND_CHANGED } from './every-kind.js';
import { addForeignObjects, addForeignObjectsOnLinks, FOREIGN_OBJECTS } from './foreign-objects.js';
import { settled, type NetnsPicture, type Picture } from './machine.js';

let world: World;
let before: Picture;

const OWN_ROUTE = /"dev":"(br-4045f3ee|ek-back2?|ek-span|vx-d3ed5b1f|ek-up|vt\w{10}|ek-web|guest)"/;
const OWN_SYSCTL = /conf\/(br-4045f3ee|ek-\w+|vx-d3ed5b1f|vt\w{10}|guestp?)\/|neigh\/(br-4045f3ee|ek-\w+|vx-d3ed5b1f|vt\w{10}|guestp?)\//;
const LAB = /^every\.\w+$/;

function foreignOf(one: Picture): unknown {
  const { host, ...others } = one;
  if (host === undefined) throw new Error('no picture of the host');
  return { host: foreignOnHost(host), ...Object.fromEntries(Object.entries(others).filter(([name]) => !LAB.test(name))) };
}

function foreignOnHost({ links, addresses, routes, rules, neighbours, nft, sysctls }: NetnsPicture): unknown {
  const name = (text: string): string => (JSON.parse(text) as { ifname: string }).ifname;
  const mine = /^(br-4045f3ee|ek-web|ek-back2?|ek-span|vx-d3ed5b1f|ek-up|vt\w{10}|guestp?)$/;
  return {
    links: links
      .filter((text) => !mine.test(name(text)))
      .map((text) => text.replace(/"altnames":\[[^\]]*\]/, (names) => names.replace(/,?"(sysctl:|joined:every\.)[^"]*"/g, ''))),
    addresses: addresses.filter((text) => !mine.test(text.split(' ')[0] ?? '')),
    // A host that forwards answers to the anycast address of each of its IPv6 subnets.
    routes: routes.filter((text) => !OWN_ROUTE.test(text) && !text.includes('"type":"anycast"')),
    rules,
    neighbours: neighbours.filter((text) => !OWN_ROUTE.test(text)),
    nft: `${nft.join('\n')}\n`.replace(/table inet topo_every \{[\s\S]*?\n\}\n/, ''),
    sysctls: sysctls.filter(
      (line) => !OWN_SYSCTL.test(line) && !/forwarding=|ip_forward=|forwarding:|ip_forward:|accept_redirects/.test(line),
    ),
  };
}

beforeAll(async () => {
  world = await World.create();
  world.must('sysctl -qw net.ipv6.conf.default.accept_dad=0');
  addForeignObjects(world);
  before = await settled(world);
});
afterAll(() => world.dispose());

test('there are forty of them and more', () => {
  expect(FOREIGN_OBJECTS).toBeGreaterThanOrEqual(40);
});

test('apply, change, repair and destroy leave all of them as they were, and the machine in the end', async () => {
  const [file, changed] = [world.file('topo.yaml', EVERY_KIND), world.file('changed.yaml', EVERY_KIND_CHANGED)];
  const wanted = foreignOf(before);
  const expectUntouched = async (): Promise<void> => expect(foreignOf(await settled(world))).toEqual(wanted);
  world.mustTopo('apply', '--yes', file);
  await expectUntouched();
  world.mustTopo('apply', '--yes', changed);
  await expectUntouched();
  world.must('ip link del ek-back2; ip -n every.web link set front1 mtu 1300; nft delete table inet topo_every');
  world.mustTopo('apply', '--yes', changed);
  world.mustTopo('apply', '--yes', file);
  await expectUntouched();
  world.mustTopo('destroy', '--yes', file);
  await expectUntouched();
}, 120_000);

test('forwarding stays on while there are marks of other labs, and goes with the last lab', async () => {
  const file = world.file('topo.yaml', EVERY_KIND);
  expect(world.must('sysctl -n net.ipv4.ip_forward')).toBe('1\n');
  world.must('for name in alias1 alias3 alias7; do ip link set $name alias mine; done');
  world.mustTopo('apply', '--yes', file);
  world.mustTopo('destroy', '--yes', file);
  const unmarked = JSON.stringify(before).replace(/topo:(otherlab|every2|ever)\/(veth|bridge):[^"\\]*/g, 'mine');
  expect(await settled(world)).toEqual(JSON.parse(unmarked));
}, 60_000);

test('those on the lab’s own links stay while the lab is there', async () => {
  const file = world.file('topo.yaml', EVERY_KIND);
  world.mustTopo('apply', '--yes', file);
  addForeignObjectsOnLinks(world);
  await settled(world);
  const look = (): string =>
    world.must(
      'ip -d -j link show guest | sed "s/_timer\\":[^,]*,//g"; ip route show 10.71.210.0/24; ip neigh show 10.71.1.99 dev br-4045f3ee; bridge fdb show dev vt695794b718 | grep 00:55',
    );
  const there = look();
  world.mustTopo('plan', '--detailed-exitcode', file);
  world.must('ip link set br-4045f3ee txqueuelen 7; nft flush table inet topo_every; ip link set ek-web nomaster');
  world.mustTopo('apply', '--yes', file);
  await settled(world);
  expect(look()).toBe(there);
  world.mustTopo('destroy', '--yes', file);
  expect(world.must('ip -j link show guest')).toContain('"ifname":"guest"');
  world.must('ip link del guest');
}, 60_000);

test('nothing is heard of them: no event of any namespace is about one, and none of their tables changes', async () => {
  const [file, changed] = [world.file('topo.yaml', EVERY_KIND), world.file('changed.yaml', EVERY_KIND_CHANGED)];
  const theirs = foreignNames();
  const inodes = (): string => world.must(`cd /run/netns && stat -c '%n %i' every.other every2.web other.web every`);
  const before = inodes();
  const listen = (netns: string | null, monitor: string, to: string) =>
    world.background(netns, ['sh', '-c', `${monitor} >${to} & echo listening; sleep 1000`], 'listening');
  // Not `all-nsid`: that names links of other namespaces by the indexes of this one.
  const events = 'ip monitor link address route neigh rule';
  const monitors = [
    await listen(null, events, 'events'),
    await listen(null, 'nft monitor', 'nft-events'),
    await listen('every.other', events, 'other-events'),
  ];
  const heard = (name: string): Promise<void> => said(`grep -q ${name} events && grep -q ${name} nft-events`);
  // Proof that both hear: of a foreign one, before and after.
  const touch = (name: string): string =>
    world.must(`ip link add ${name} type bridge && ip link del ${name} && nft 'add table inet ${name}; delete table inet ${name}'`);
  touch('begins');
  await heard('begins');
  world.mustTopo('apply', '--yes', file);
  world.mustTopo('apply', '--yes', changed);
  world.mustTopo('destroy', '--yes', file);
  touch('ends');
  await heard('ends');
  const lines = world.must('cat events').split('\n');
  expect(lines.filter((line) => line.includes(' dev br-4045f3ee ')).length).toBeGreaterThan(0);
  // A host that forwards IPv6 answers to the first address of each subnet (RFC 4291, 2.6.1): the kernel's own doing.
  const ofOthers = lines.filter((line) => theirs.some((name) => aboutLink(line, name)) && !/^(Deleted )?anycast /.test(line));
  expect(ofOthers).toEqual([]);
  world.must('ip -n every.other link set lo mtu 65000 && ip -n every.other link set lo mtu 65536');
  await said('grep -q "mtu 65536" other-events');
  expect(world.must('grep -v ": lo: " other-events | grep -v "^ " || true')).toBe('');
  const tables = world
    .must('cat nft-events')
    .split('\n')
    .filter((line) => /^(add|delete|insert|replace|destroy) /.test(line));
  expect(tables.length).toBeGreaterThan(0);
  expect(tables.filter((line) => !/ inet (topo_every|begins|ends)\b/.test(line))).toEqual([]);
  expect(inodes()).toBe(before);
  for (const monitor of monitors) monitor.kill('SIGKILL');
});

/** Links that only others have, in whatever namespace. */
function foreignNames(): readonly string[] {
  const links = JSON.parse(world.must('ip -j link')) as readonly { readonly ifname: string }[];
  return links.map(({ ifname }) => ifname).filter((name) => name !== 'lo');
}

const aboutLink = (line: string, name: string): boolean =>
  line.includes(` dev ${name} `) || line.includes(`: ${name}: `) || line.includes(`: ${name}@`);

async function said(command: string): Promise<void> {
  for (let tries = 0; world.sh(command).status !== 0; tries++) {
    if (tries > 100) throw new Error(`never: ${command}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
