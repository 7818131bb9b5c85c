import type { RouteOperation } from '../../model/routes.js';
import { ip, type Command } from './command.js';

const VERBS = { 'route-add': 'add', 'route-replace': 'replace', 'route-delete': 'delete' } as const;
const MAIN_TABLE = 254;

/** The family is said: `default` and `blackhole default` do not tell. */
export function route(operation: RouteOperation): readonly Command[] {
  const { op, netns, to, type } = operation;
  const v6 = to.includes(':');
  const target = [...(type === 'unicast' ? [] : [type]), to === '0.0.0.0/0' || to === '::/0' ? 'default' : to];
  const other = (operation.other ?? '').split(' ').filter((word) => word !== '');
  const words = [...target, ...gatewayWords(operation), ...detailWords(operation, v6), ...other, ...nexthopWords(operation)];
  return [{ argv: ip(netns, ...(v6 ? ['-6'] : []), 'route', VERBS[op], ...words) }];
}

function gatewayWords({ via, dev, onlink }: RouteOperation): readonly string[] {
  return [...(via === '' ? [] : ['via', via]), ...(dev === '' ? [] : ['dev', dev]), ...(onlink ? ['onlink'] : [])];
}

function nexthopWords({ op, nexthops = [] }: RouteOperation): readonly string[] {
  if (op === 'route-delete') return [];
  return nexthops.flatMap(({ via, dev, weight }) => ['nexthop', ...(via === '' ? [] : ['via', via]), 'dev', dev, 'weight', String(weight)]);
}

function detailWords({ table, metric, protocol, scope, src, mtu }: RouteOperation, v6: boolean): readonly string[] {
  return [
    ...(table === MAIN_TABLE ? [] : ['table', String(table)]),
    ...['proto', String(protocol)],
    ...(metric === 0 ? [] : ['metric', String(metric)]),
    // IPv6 routes have none (the kernel takes any and keeps none).
    ...(v6 ? [] : ['scope', scope]),
    ...(src === '' ? [] : ['src', src]),
    ...(mtu === 0 ? [] : ['mtu', String(mtu)]),
  ];
}
