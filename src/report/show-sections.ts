/** The sections of a node, one function each: from kernel objects to the keys of the language. */
import { parseNexthop } from '../model/nexthop.js';
import type { PropValue, Props, Resource, State } from '../model/state.js';
import { interfacesOf } from './show-interfaces.js';
import { worth } from './show-worth.js';

type SectionOf = (netns: string, resources: readonly Resource[], state: State) => PropValue;

export const SECTIONS: readonly (readonly [name: string, of: SectionOf])[] = [
  ['interfaces', interfacesOf],
  ['routes', listOf('route', routeOf)],
  [
    'rules',
    listOf('rule', ({ priority, table, from, to, iif, oif, fwmark, other }) =>
      worth({ priority, table, from, to, iif, oif, fwmark, other }),
    ),
  ],
  ['neighbours', neighboursOf],
  ['sysctls', sysctlsOf],
  ['names', (_netns, resources) => resources.find(({ kind }) => kind === 'netns')?.props['names'] ?? ''],
  ['run', (_netns, resources) => runOf(resources)],
  ['nftables', (_netns, resources) => byName(resources, 'nftables', tableOf)],
];

export const runOf = (resources: readonly Resource[]): Props => byName(resources, 'process', processOf);

function listOf(kind: string, of: (props: Props) => Props): SectionOf {
  return (_netns, resources) => resources.filter((resource) => resource.kind === kind).map(({ props }) => of(props));
}

function byName(resources: readonly Resource[], kind: string, of: (resource: Resource) => [string, PropValue]): Props {
  return Object.fromEntries(resources.filter((resource) => resource.kind === kind).map(of));
}

/** Those that are objects of their own, and those of tunnels. */
function neighboursOf(_netns: string, resources: readonly Resource[]): PropValue {
  const one = (address: PropValue, dev: PropValue, mac: PropValue): Props => worth({ address, dev, mac_address: mac });
  return resources.flatMap(({ kind, props }) => {
    const { dev = null, address = null, mac = null, ...entries } = props;
    if (kind === 'neighbour') return [one(address, dev, mac)];
    return kind === 'neighbours' ? Object.entries(entries).map(([behind, its]) => one(behind, dev, its)) : [];
  });
}

/** Those of the namespace itself come first. */
function sysctlsOf(_netns: string, resources: readonly Resource[]): Props {
  const own = resources.find(({ kind }) => kind === 'netns')?.props ?? {};
  return {
    ...Object.fromEntries(Object.entries(own).filter(([field]) => field.startsWith('net.'))),
    ...byName(resources, 'sysctl', ({ props }) => [String(props['key']), props['value'] ?? null]),
  };
}

const MAIN_TABLE = 254;

function routeOf(props: Props): Props {
  const { to, type, via, dev, src, metric, table, mtu, onlink, nexthops } = props;
  return worth({
    // Without a gateway `default` would not say of which family.
    to: to === '0.0.0.0/0' || (to === '::/0' && via !== '') ? 'default' : to,
    type: type === 'unicast' ? '' : type,
    via,
    dev,
    src,
    metric,
    table: table === MAIN_TABLE ? 0 : table,
    mtu,
    onlink,
    nexthops: ((nexthops ?? []) as readonly string[]).map((text) => worth({ ...parseNexthop(text) })),
  });
}

/** Chains by name, each as its hook and its rules. */
function tableOf({ id, props }: Resource): [string, PropValue] {
  const chains = Object.entries(props).flatMap(([field, value]): [string, PropValue][] => {
    const chain = field.startsWith('chain ') ? (value as { hook: string; rules: readonly { text: string }[] }) : null;
    return chain === null ? [] : [[field.slice('chain '.length), worth({ hook: chain.hook, rules: chain.rules.map((rule) => rule.text) })]];
  });
  return [id.slice(id.indexOf('/') + 1), worth({ chains: Object.fromEntries(chains), other: props['other'] })];
}

/** Without its environment, which may hold passwords. */
function processOf({ id, props, facts = {} }: Resource): [string, PropValue] {
  const { command, cwd, user, state } = props;
  return [id.slice(id.indexOf('/') + 1), worth({ command, cwd: cwd === '/' ? '' : cwd, user, state, ...facts })];
}
