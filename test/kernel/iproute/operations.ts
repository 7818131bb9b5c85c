/** Every operation there is, in three acts: a small lab is built, changed, and taken down again. */
import { labGroup, mark } from '../../../src/model/names.js';
import { HOST_RESOLVERS, HOST_RESOLVERS_ALONE, HOST_SEARCH, setFolder } from '../../../src/model/node-files.js';
import type { AddressOperation, LinkAttributes, NftTable, Operation } from '../../../src/model/operation.js';
import type { RouteOperation, RuleOperation } from '../../../src/model/routes.js';
import { HOST } from '../../../src/model/state.js';

const WEB = 'lab.web';
const DB = 'lab.db';
const GROUP = labGroup('lab');
/** Too large for `ip`, which reads it as a signed number. */
const DOOMED = (GROUP | 0x80000000) >>> 0;

const bridge = (name: string, attributes: LinkAttributes): Operation => ({
  op: 'link-add',
  netns: HOST,
  name,
  type: 'bridge',
  attributes: {
    forward_delay: 1500,
    hello_time: 200,
    max_age: 2000,
    ageing_time: 30000,
    stp_state: false,
    priority: 32768,
    mcast_snooping: true,
    up: true,
    txqlen: 1000,
    group: GROUP,
    alias: mark('lab', `bridge:host/${name}`),
    ...attributes,
  },
});

const address = (
  op: AddressOperation['op'],
  netns: string,
  dev: string,
  cidr: string,
  rest: Partial<AddressOperation> = {},
): Operation => ({
  ...{ op, netns, dev, address: cidr, scope: 'global', broadcast: '', nodad: cidr.includes(':') },
  ...rest,
});

const route = (op: RouteOperation['op'], netns: string, to: string, rest: Partial<RouteOperation>): Operation => ({
  op,
  netns,
  to,
  ...{ type: 'unicast', table: 254, metric: to.includes(':') ? 1024 : 0, protocol: 84, scope: 'global' },
  ...{ via: '', dev: '', src: '', mtu: 0, onlink: false },
  ...rest,
});

const WAYS = [
  { via: '10.1.0.1', dev: 'eth0', weight: 2 },
  { via: '', dev: 'eth5', weight: 1 },
] as const;
const WAYS6 = [
  { via: 'fd01::1', dev: 'eth0', weight: 2 },
  { via: 'fe80::9', dev: 'eth5', weight: 1 },
] as const;

const rule = (op: RuleOperation['op'], rest: Partial<RuleOperation>): Operation => ({
  ...{ op, netns: WEB, family: 4, priority: 1000, table: 100, from: '', to: '', iif: '', oif: '', fwmark: 0 },
  ...rest,
});

const table = (port: number): NftTable => ({
  name: 'topo_lab',
  comment: mark('lab', 'rules'),
  chains: [
    {
      name: 'topo_dnat',
      hook: { type: 'nat', hook: 'prerouting', priority: -100 },
      rules: [
        {
          matches: [
            { match: 'fib-local', side: 'daddr' },
            { match: 'dport', protocol: 'tcp', from: port, to: port },
          ],
          verdict: { verdict: 'dnat', address: '10.1.0.2', port: 80 },
          comment: 'nodes.web.ports[0]',
        },
      ],
    },
    {
      name: 'topo_forward',
      hook: { type: 'filter', hook: 'forward', priority: 0 },
      rules: [
        { matches: [{ match: 'ct-state-established-related' }], verdict: { verdict: 'accept' }, comment: '' },
        {
          matches: [{ match: 'iifname', negate: true, name: 'br-front' }],
          verdict: { verdict: 'drop' },
          comment: "it's 'quoted' $HOME `x`",
        },
      ],
    },
  ],
});

const FORWARD = 'net.ipv4.ip_forward';

const FILES = setFolder('lab', 'front');
const OTHER_FILES = setFolder('lab', 'back');
const hosts = (...lines: readonly string[]): readonly string[] => ['127.0.0.1 localhost', ...lines];

export const BUILD: readonly Operation[] = [
  {
    ...{ op: 'node-files-write', netns: HOST, folder: FILES },
    files: { hosts: hosts('10.1.0.2 web', "EOF $HOME `x` 'y'"), 'resolv.conf': ['search lab', HOST_RESOLVERS_ALONE], hostname: ['web'] },
  },
  {
    ...{ op: 'node-files-write', netns: HOST, folder: OTHER_FILES },
    files: { hosts: hosts(), 'resolv.conf': ['nameserver 10.1.0.1', HOST_SEARCH] },
  },
  { op: 'netns-add', netns: WEB, alias: mark('lab', 'web'), files: FILES },
  { op: 'netns-add', netns: DB, alias: mark('lab', 'db') },
  { op: 'node-files-link', netns: DB, folder: OTHER_FILES },
  { op: 'nft-replace', netns: HOST, table: table(8080) },
  bridge('br-front', { mac: '02:00:00:00:00:01', mtu: 1500 }),
  { op: 'altname-add', netns: HOST, name: 'br-front', altname: 'topo.lab.front' },
  { op: 'altname-add', netns: HOST, name: 'br-front', altname: 'to-be-removed' },
  // While the topology changes, a bridge with STP says twice its forward delay instead: 3000.
  bridge('br-back', { mac: '02:00:00:00:00:02', mtu: 65535, stp_state: true, priority: 4096, mcast_snooping: false, ageing_time: 3000 }),
  { op: 'sysctl-set', netns: HOST, key: FORWARD, value: '1', remember: true },
  // Host and node.
  {
    ...{ op: 'link-add', netns: HOST, name: 'vt-web', type: 'veth' },
    attributes: {
      mtu: 1400,
      up: true,
      master: 'br-front',
      hairpin: true,
      mac: '02:00:00:00:00:03',
      group: GROUP,
      alias: mark('lab', 'veth:lab.web/eth0'),
    },
    peer: { netns: WEB, name: 'eth0', attributes: { mtu: 1400, mac: '02:00:00:00:00:04', group: GROUP, txqlen: 500 } },
  },
  { op: 'link-set', netns: WEB, name: 'eth0', attributes: { alias: mark('lab', 'veth:lab.web/eth0'), up: true } },
  // Node and node.
  {
    ...{ op: 'link-add', netns: DB, name: 'eth5', type: 'veth' },
    attributes: { mtu: 1500, up: true, mac: '02:00:00:00:00:05', group: GROUP, alias: mark('lab', 'veth:lab.db/eth5') },
    peer: { netns: WEB, name: 'eth5', attributes: { mtu: 1500, mac: '02:00:00:00:00:06', group: GROUP } },
  },
  { op: 'link-set', netns: WEB, name: 'eth5', attributes: { alias: mark('lab', 'veth:lab.db/eth5'), up: true } },
  // Both ends in the host's namespace, where each can be a port.
  {
    ...{ op: 'link-add', netns: HOST, name: 'vt-a', type: 'veth' },
    attributes: { mtu: 1500, up: true, mac: '02:00:00:00:00:07', group: GROUP, alias: mark('lab', 'veth:host/vt-a') },
    peer: {
      ...{ netns: HOST, name: 'vt-b' },
      attributes: {
        mtu: 1500,
        mac: '02:00:00:00:00:08',
        group: GROUP,
        master: 'br-back',
        alias: mark('lab', 'veth:host/vt-a'),
        isolated: true,
        up: true,
      },
    },
  },
  // Tunnels, and children of an interface in its own and in another namespace.
  {
    ...{ op: 'link-add', netns: DB, name: 'vx0', type: 'vxlan' },
    attributes: {
      ...{ vni: 42, dstport: 4789, local: '10.2.0.1', dev: 'eth5', vxlan_learning: false, ttl: 9, proxy: true, udp_csum: false },
      ...{ mtu: 1400, mac: '02:00:00:00:00:0a', group: GROUP, alias: mark('lab', 'vxlan:lab.db/vx0'), up: true },
    },
  },
  {
    ...{ op: 'link-add', netns: HOST, name: 'vx1', type: 'vxlan' },
    attributes: {
      vni: 43,
      dstport: 8472,
      mtu: 1400,
      mac: '02:00:00:00:00:0b',
      group: GROUP,
      master: 'br-front',
      learning: false,
      up: true,
    },
  },
  { op: 'fdb-set', netns: DB, dev: 'vx0', mac: '02:00:00:00:00:0c', dst: '10.2.0.7' },
  { op: 'fdb-set', netns: DB, dev: 'vx0', mac: '02:00:00:00:00:0d', dst: '10.2.0.7' },
  { op: 'fdb-append', netns: DB, dev: 'vx0', mac: '00:00:00:00:00:00', dst: '10.2.0.7' },
  { op: 'fdb-append', netns: DB, dev: 'vx0', mac: '00:00:00:00:00:00', dst: '10.2.0.8' },
  { op: 'qdisc-set', netns: DB, dev: 'eth5', handle: '746f:', rate: '1mbit', burst: 15000, limit: 21250 },
  { op: 'qdisc-set', netns: HOST, dev: 'vt-a', handle: '746f:', rate: '40gbit', burst: 20_000_000, limit: 270_000_000 },
  {
    ...{ op: 'link-add', netns: DB, name: 'eth0', type: 'macvlan', parent: { netns: HOST, name: 'vt-a' } },
    attributes: {
      ...{ mode: 'private', bc_queue_len: 500, mtu: 1400, mac: '02:00:00:00:00:0e', txqlen: 7, group: GROUP },
      ...{ alias: mark('lab', 'macvlan:lab.db/eth0'), up: true },
    },
  },
  {
    ...{ op: 'link-add', netns: HOST, name: 'mv0', type: 'macvlan', parent: { netns: HOST, name: 'vt-a' } },
    attributes: { mode: 'bridge', mac: '02:00:00:00:00:0f', group: GROUP, alias: mark('lab', 'macvlan:host/mv0'), up: true },
  },
  { op: 'link-set', netns: WEB, name: 'lo', attributes: { mtu: 60000, up: true } },
  { op: 'link-set', netns: DB, name: 'lo', attributes: { up: true } },
  { op: 'sysctl-set', netns: WEB, key: FORWARD, value: '0', remember: false },
  { op: 'sysctl-set', netns: WEB, key: 'net.ipv4.conf.eth0.rp_filter', value: '2', remember: true },
  address('address-add', HOST, 'br-front', '10.1.0.1/24', { broadcast: '10.1.0.255' }),
  address('address-add', WEB, 'eth0', '10.1.0.2/24', { broadcast: '10.1.0.255' }),
  address('address-add', WEB, 'eth0', 'fd01::2/64'),
  address('address-add', WEB, 'eth0', 'fe80::2/64', { scope: 'link' }),
  address('address-add', WEB, 'lo', '10.0.0.1/32'),
  address('address-add', WEB, 'lo', '127.0.0.2/8', { scope: 'host' }),
  address('address-add', DB, 'eth5', '10.2.0.1/31'),
  { op: 'neighbour-set', netns: WEB, dev: 'eth0', address: '10.1.0.9', mac: '02:00:00:00:00:99' },
  { op: 'neighbour-set', netns: WEB, dev: 'eth0', address: 'fd01::9', mac: '02:00:00:00:00:99' },
  route('route-add', WEB, '0.0.0.0/0', { via: '10.1.0.1', dev: 'eth0' }),
  route('route-add', WEB, '::/0', { via: 'fd01::1', dev: 'eth0' }),
  route('route-add', WEB, '10.9.0.0/16', { via: '10.7.0.1', dev: 'eth0', table: 100, metric: 7, src: '10.0.0.1', mtu: 1300, onlink: true }),
  route('route-add', WEB, '10.10.0.0/16', { dev: 'eth5', scope: 'link' }),
  route('route-add', WEB, '10.8.0.0/16', { type: 'blackhole' }),
  route('route-add', WEB, 'fd08::/64', { type: 'unreachable' }),
  route('route-add', WEB, 'fd09::/64', { dev: 'eth5', metric: 5 }),
  route('route-add', WEB, '10.11.0.0/16', { nexthops: WAYS }),
  route('route-add', WEB, 'fd11::/64', { nexthops: WAYS6 }),
  rule('rule-add', { from: '10.1.0.0/24', to: '10.9.0.0/16', iif: 'eth0', oif: 'eth5', fwmark: 7 }),
  rule('rule-add', { family: 6 }),
  rule('rule-ensure', { family: 6 }),
  { op: 'nft-replace', netns: WEB, table: table(1) },
];

export const CHANGE: readonly Operation[] = [
  {
    op: 'link-set',
    netns: DB,
    name: 'vx0',
    attributes: { dev: 'lo', local: '', vxlan_learning: true, ttl: 0, tos: 4, ageing: 7, mtu: 1300 },
  },
  { op: 'link-set', netns: HOST, name: 'vx1', attributes: { local: '10.1.0.1', master: 'br-back', flood: false } },
  { op: 'fdb-set', netns: DB, dev: 'vx0', mac: '02:00:00:00:00:0c', dst: '10.2.0.9' },
  { op: 'qdisc-set', netns: DB, dev: 'eth5', handle: '746f:', rate: '33.333mbit', burst: 16667, limit: 224999 },
  { op: 'link-set', netns: DB, name: 'eth0', attributes: { mode: 'vepa', bc_queue_len: 1000, mtu: 1300 } },
  {
    ...{ op: 'node-files-write', netns: HOST, folder: FILES },
    files: { hosts: hosts(), 'resolv.conf': [HOST_RESOLVERS] },
  },
  { op: 'node-files-link', netns: DB, folder: FILES },
  {
    op: 'link-set',
    netns: HOST,
    name: 'br-front',
    attributes: { mtu: 1450, stp_state: true, forward_delay: 400, alias: mark('lab', 'else') },
  },
  { op: 'altname-delete', netns: HOST, name: 'br-front', altname: 'to-be-removed' },
  {
    op: 'link-set',
    netns: HOST,
    name: 'vt-web',
    attributes: { hairpin: false, guard: true, learning: false, flood: false, cost: 9, port_priority: 3 },
  },
  { op: 'link-set', netns: HOST, name: 'vt-b', attributes: { master: '', mac: '02:00:00:00:01:08', txqlen: 1, up: false } },
  { op: 'link-set', netns: WEB, name: 'eth0', attributes: { alias: '' } },
  { op: 'sysctl-set', netns: HOST, key: FORWARD, value: '1', remember: true },
  { op: 'sysctl-set', netns: WEB, key: 'net.ipv4.conf.eth0.rp_filter', value: '1', remember: true },
  address('address-replace', WEB, 'eth0', '10.1.0.2/24', { broadcast: '10.1.0.255' }),
  address('address-replace', WEB, 'eth0', 'fd01::7/64'),
  { op: 'neighbour-set', netns: WEB, dev: 'eth0', address: '10.1.0.9', mac: '02:00:00:00:00:98' },
  { op: 'neighbour-set', netns: WEB, dev: 'eth0', address: '169.254.1.1', mac: '', asks: true },
  { op: 'announce', netns: WEB, dev: 'eth0', address: '' },
  { op: 'announce', netns: WEB, dev: 'eth0', address: '10.1.0.77', mac: '02:00:00:00:00:77' },
  route('route-replace', WEB, '0.0.0.0/0', { via: '10.1.0.3', dev: 'eth0', mtu: 1200 }),
  route('route-replace', WEB, '10.8.0.0/16', { type: 'prohibit' }),
  route('route-replace', WEB, '10.11.0.0/16', { nexthops: WAYS.map((way) => ({ ...way, weight: 256 })) }),
  route('route-replace', WEB, 'fd11::/64', { nexthops: WAYS6.map((way) => ({ ...way, weight: 7 })) }),
  { op: 'nft-replace', netns: HOST, table: table(8081) },
  {
    op: 'conntrack-delete',
    netns: HOST,
    flows: [
      { protocol: 'udp', family: 4, address: '10.1.0.1', from: 53, to: 54, target: '10.1.0.2' },
      { protocol: 'udp', family: 6, address: '', from: 53, to: 53, target: '' },
      { protocol: 'udp', family: 4, address: '10.1.0.1', from: 53, to: 53, target: null },
      { protocol: 'udp', family: 4, source: '10.1.0.0/24' },
      { protocol: 'udp', family: 6, source: 'fd01::/64' },
    ],
  },
];

export const REMOVE: readonly Operation[] = [
  { op: 'qdisc-delete', netns: HOST, dev: 'vt-a' },
  { op: 'fdb-delete', netns: DB, dev: 'vx0', mac: '02:00:00:00:00:0d', dst: '' },
  { op: 'fdb-delete', netns: DB, dev: 'vx0', mac: '00:00:00:00:00:00', dst: '10.2.0.7' },
  // The bridge has learned nothing: that is no failure.
  { op: 'fdb-delete', netns: HOST, dev: 'vx1', mac: '02:00:00:00:00:0e', dst: '', learned: true },
  { op: 'node-files-link', netns: DB, folder: '' },
  { op: 'node-files-delete', netns: HOST, folder: OTHER_FILES },
  rule('rule-delete', { from: '10.1.0.0/24', to: '10.9.0.0/16', iif: 'eth0', oif: 'eth5', fwmark: 7 }),
  rule('rule-delete', { family: 6 }),
  route('route-delete', WEB, '10.11.0.0/16', { nexthops: WAYS }),
  route('route-delete', WEB, 'fd11::/64', { nexthops: WAYS6 }),
  route('route-delete', WEB, '10.9.0.0/16', {
    via: '10.7.0.1',
    dev: 'eth0',
    table: 100,
    metric: 7,
    src: '10.0.0.1',
    mtu: 1300,
    onlink: true,
  }),
  route('route-delete', WEB, '10.8.0.0/16', { type: 'prohibit' }),
  route('route-delete', WEB, 'fd08::/64', { type: 'unreachable' }),
  route('route-delete', WEB, '::/0', { via: 'fd01::1', dev: 'eth0' }),
  { op: 'neighbour-delete', netns: WEB, dev: 'eth0', address: '10.1.0.9', mac: '02:00:00:00:00:98' },
  address('address-delete', WEB, 'eth0', 'fd01::2/64'),
  address('address-delete', WEB, 'lo', '10.0.0.1/32'),
  { op: 'sysctl-restore', netns: WEB, key: 'net.ipv4.conf.eth0.rp_filter', value: '0' },
  { op: 'nft-delete', netns: WEB, table: 'topo_lab' },
];

export const DESTROY: readonly Operation[] = [
  { op: 'link-delete', netns: DB, name: 'vx0' },
  { op: 'link-delete', netns: HOST, name: 'mv0' },
  { op: 'link-set', netns: HOST, name: 'vt-a', attributes: { group: DOOMED } },
  { op: 'link-set', netns: HOST, name: 'vt-b', attributes: { group: DOOMED } },
  { op: 'group-delete', netns: HOST, group: DOOMED, names: ['vt-a', 'vt-b'] },
  { op: 'link-delete', netns: DB, name: 'eth5' },
  { op: 'group-delete', netns: HOST, group: GROUP, names: ['br-front', 'br-back', 'vt-web', 'vx1'] },
  { op: 'sysctl-restore', netns: HOST, key: FORWARD, value: '0' },
  { op: 'nft-delete', netns: HOST, table: 'topo_lab' },
  { op: 'netns-delete', netns: WEB, files: true },
  { op: 'netns-delete', netns: DB },
  { op: 'node-files-delete', netns: HOST, folder: FILES },
];
