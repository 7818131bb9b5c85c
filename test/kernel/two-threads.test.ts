/** Namespaces that both threads make, and that one reads while the other goes on (docs/decisions/0007). */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Operation } from '../../src/model/operation.js';
import { address, bridge, linkSet, veth } from './operations.js';
import { Machine, type PlainObservation } from './private.js';

let machine: Machine;
beforeEach(() => void (machine = Machine.start()));
afterEach(() => machine.stop());

const NAMES = Array.from({ length: 100 }, (_, i) => `n${String(i).padStart(2, '0')}`);
const within = (netns: string): readonly Operation[] => [
  veth(`${netns}:eth0`, `host:v${netns}`, {}, { up: true }),
  linkSet(netns, 'eth0', { up: true }),
  address(netns, 'eth0', '10.0.0.1/24'),
];
/** Without IPv6, whose addresses come when they like. */
const wanted = (netns: string): Operation => ({
  op: 'netns-add',
  netns,
  alias: `topo:lab/${netns}`,
  sysctls: { 'net.ipv6.conf.default.disable_ipv6': '1', 'net.ipv4.ip_forward': netns < 'n50' ? '1' : '0' },
});

/** Without what the kernel makes of a carrier, in its time. */
const plain = ({ namespaces }: PlainObservation) =>
  namespaces.map(({ netns, inode, links, addresses, routes, forwarding }) => ({
    ...{ netns, inode, addresses, routes, forwarding },
    links: links.map(({ name, alias, group, attributes }) => ({ name, alias, group, attributes })),
  }));

it('namespaces that both threads make are as one thread makes them', async () => {
  const { outcomes, observation } = await machine.runByTwo([...NAMES.map(wanted), ...NAMES.flatMap(within)], [], [], { lab: 'lab' });
  expect(outcomes.filter(({ ok }) => !ok)).toEqual([]);
  expect(plain(observation)).toEqual(plain(await machine.observe({ lab: 'lab' })));
  expect(observation.namespaces.map(({ netns }) => netns)).toEqual(NAMES);
  expect(observation.namespaces.map(({ forwarding }) => forwarding[4])).toEqual(NAMES.map((name) => (name < 'n50' ? '1' : '0')));
  expect(observation.namespaces.map(({ links }) => links[0]!.alias)).toEqual(NAMES.map((name) => `topo:lab/${name}`));
  expect(new Set(observation.namespaces.map(({ inode }) => inode)).size).toBe(NAMES.length);
});

it('a name that is taken is refused, whichever thread comes to it, and all others are made', async () => {
  const taken = ['n00', 'n07', 'n08', 'n42', 'n99'];
  await machine.sh(taken.map((name) => `ip netns add ${name}`).join(' && '));
  const before = await machine.sh(`stat -c %i ${taken.map((name) => `/run/netns/${name}`).join(' ')}`);
  const { outcomes, observation } = await machine.runByTwo(NAMES.map(wanted), [], [], { lab: 'lab' });
  expect(NAMES.filter((_name, i) => !outcomes[i]!.ok)).toEqual(taken);
  expect(outcomes[42]).toMatchObject({ errno: 'EEXIST' });
  expect(observation.namespaces.map(({ netns }) => netns)).toEqual(NAMES.filter((name) => !taken.includes(name)));
  expect(await machine.sh(`stat -c %i ${taken.map((name) => `/run/netns/${name}`).join(' ')}`)).toBe(before);
});

it('what changes in a namespace that was left and read is seen all the same', async () => {
  const later = [address('n03', 'eth0', '10.0.0.3/24'), linkSet('n04', 'eth0', { mtu: 1400 })];
  const { observation } = await machine.runByTwo([...NAMES.map(wanted), ...NAMES.flatMap(within)], NAMES, later, { lab: 'lab' });
  expect(plain(observation)).toEqual(plain(await machine.observe({ lab: 'lab' })));
  expect(observation.namespaces[3]!.addresses.map((one) => one.address)).toContain('10.0.0.3/24');
});

it('what was changed before it was read counts, and what was changed after that does not', async () => {
  await machine.must(...['before', 'after', 'never'].map(wanted));
  expect(await machine.readInTurn('+after', '-before', '+before', '+never', '-after')).toEqual(['before', 'never']);
});

it.each([
  ['fewer than', 20],
  ['as many as', 100],
  ['more than', 140],
])('namespaces are the same when %s are wanted were made before', async (_, spares) => {
  const { outcomes, left } = await machine.makeWithSpares(spares, NAMES.map(wanted));
  expect(outcomes.filter(({ ok }) => !ok)).toEqual([]);
  // Both threads take them; two more files are those by which each thread comes home.
  expect(left).toBe(Math.max(0, spares - NAMES.length) + 2);
  const { namespaces } = await machine.observe({ lab: 'lab' });
  expect(namespaces.map(({ netns }) => netns)).toEqual(NAMES);
  expect(namespaces.map(({ forwarding }) => forwarding[4])).toEqual(NAMES.map((name) => (name < 'n50' ? '1' : '0')));
  expect(new Set(namespaces.map(({ inode }) => inode)).size).toBe(NAMES.length);
});

it('a link that goes takes its other end along in a namespace that was left', async () => {
  const later: Operation[] = [{ op: 'link-delete', netns: 'host', name: 'vn05' }];
  const { observation } = await machine.runByTwo([...NAMES.map(wanted), ...NAMES.flatMap(within)], NAMES, later, { lab: 'lab' });
  expect(observation.namespaces[5]!.links.map(({ name }) => name)).toEqual(['lo']);
  expect(plain(observation)).toEqual(plain(await machine.observe({ lab: 'lab' })));
});

/** The links of all in one group of the host, and behind them the namespaces, as a destroy has it. */
const GROUP = 77;
const grouped = (netns: string): readonly Operation[] => [
  veth(`${netns}:eth0`, `host:v${netns}`, {}, { up: true, group: GROUP }),
  { op: 'node-files-link', netns, folder: `/run/topo/names/lab/${netns}` },
];
const rules: Operation = { op: 'nft-replace', netns: 'host', table: { name: 'topo_lab', comment: 'topo:lab/rules', chains: [] } };
const groupGoes: readonly Operation[] = [
  { op: 'group-delete', netns: 'host', group: GROUP, names: ['br', ...NAMES.map((name) => `v${name}`)] },
  { op: 'nft-delete', netns: 'host', table: 'topo_lab' },
  ...NAMES.map((netns): Operation => ({ op: 'netns-delete', netns, files: true })),
];
const namesOf = ({ host }: PlainObservation): readonly string[] => host.links.map(({ name }) => name);
const two = (...operations: readonly Operation[]) => machine.runByTwo(operations, [], [], { lab: 'lab' });

it('namespaces whose links go lose their names meanwhile, and their links to files', async () => {
  await two(rules, ...NAMES.map(wanted), ...NAMES.flatMap(grouped));
  expect((await machine.sh('ls /etc/netns')).trim().split('\n')).toEqual(NAMES);
  const { outcomes, held, observation } = await two(...groupGoes);
  expect(outcomes).toEqual(groupGoes.map(() => ({ ok: true })));
  expect(held).toEqual([]);
  expect([namesOf(observation), observation.namespaces]).toEqual([['lo'], []]);
  expect(await machine.sh('ls /run/netns; ls -d /etc/netns 2>/dev/null || true; nft list tables')).toBe('');
});

it("somebody's link in the lab's bridge, with its other end in a namespace, has gone when all is over", async () => {
  await two(rules, bridge('br', { group: GROUP, up: true }), ...NAMES.map(wanted), ...NAMES.flatMap(grouped));
  await machine.sh(`ip link add into master br type veth peer name x netns n99`);
  const { outcomes, held, observation } = await two(...groupGoes);
  expect(outcomes).toEqual(groupGoes.map(() => ({ ok: true })));
  expect([held, namesOf(observation)]).toEqual([[], ['lo']]);
});

it("somebody's link in the group stays, and one that leads into a namespace has gone when all is over", async () => {
  await two(rules, ...NAMES.map(wanted), ...NAMES.flatMap(grouped));
  await machine.sh(`ip link add stranger type bridge && ip link set stranger group ${GROUP}`);
  await machine.sh('ip link add into type veth peer name x netns n40');
  const { outcomes, held, observation } = await two(...groupGoes);
  expect(outcomes).toEqual(groupGoes.map(() => ({ ok: true })));
  expect(held).toEqual([]);
  expect([namesOf(observation), observation.namespaces]).toEqual([['lo', 'stranger'], []]);
});

it('a group of links goes before the namespace that it is in', async () => {
  await two(...NAMES.map(wanted), veth('n00:a', 'n01:b', { group: GROUP }), veth('n00:c', 'n02:d', { group: GROUP }));
  const gone = NAMES.map((netns): Operation => ({ op: 'netns-delete', netns }));
  const { outcomes, held, observation } = await two({ op: 'group-delete', netns: 'n00', group: GROUP, names: ['a', 'c'] }, ...gone);
  expect(outcomes).toEqual([...gone, null].map(() => ({ ok: true })));
  expect([held, observation.namespaces]).toEqual([[], []]);
});

it('names that both threads take away are gone, files of crashes and all, and what is no name stays', async () => {
  const deleted = (netns: string): Operation => ({ op: 'netns-delete', netns });
  await machine.sh('mkdir -p /run/netns/folder && touch /run/netns/crashed');
  const doomed = [...NAMES, 'crashed', 'folder', 'nowhere'];
  const { outcomes, observation } = await machine.runByTwo([...NAMES.map(wanted), ...doomed.map(deleted)], [], [], { lab: 'lab' });
  const refused = doomed.filter((_name, i) => !outcomes[NAMES.length + i]!.ok);
  expect(refused).toEqual(['folder']);
  expect(observation.namespaces).toEqual([]);
  expect(await machine.sh('ls /run/netns')).toBe('folder\n');
  expect(await machine.settle(5000)).toEqual([]);
});
