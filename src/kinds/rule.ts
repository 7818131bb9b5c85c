import { ROUTE_PROTOCOL } from '../model/names.js';
import type { RuleObservation } from '../model/routes.js';
import type { Operation } from '../model/operation.js';
import type { Props, Resource, ResourceId } from '../model/state.js';
import type { Rule } from '../model/topology.js';
import { isDefaultRule } from './default-rules.js';
import type { FindContext, Found, Kind } from './kind.js';
import { WITHIN_NETNS } from './kind.js';
import { containerKindOf, labNamespaces, netnsId } from './ownership.js';

/** A rule of the file, of one family, and where it stands. */
export interface RuleSpec extends Omit<Rule, 'index'> {
  readonly netns: string;
  /** The namespace may not be topo's alone: the rule carries topo's number, by which it is found again. */
  readonly shared?: boolean;
  readonly path: string;
}

/** FRA_PROTOCOL of what the kernel makes by itself. */
const KERNEL = 2;

const defaults: Props = { from: '', to: '', iif: '', oif: '', fwmark: 0, other: '' };

/** A rule has no name and cannot change in place: all of it is its name. */
function ruleId(netns: string, props: Props): ResourceId {
  const words = Object.keys(defaults).flatMap((word) => (props[word] === defaults[word] ? [] : [`${word} ${String(props[word])}`]));
  return `rule:${netns}/${[props['family'] === 6 ? 'ipv6' : '', `priority ${String(props['priority'])}`, ...words, `table ${String(props['table'])}`].filter((word) => word !== '').join(' ')}`;
}

/** Only in namespaces that the lab made: policy rules of the host are everybody's. */
function ruleOf(netns: string, props: Props, links: readonly ResourceId[]): Resource {
  return { id: ruleId(netns, props), kind: 'rule', netns, props, needs: [netnsId(netns), ...links], goesWith: [netnsId(netns)] };
}

interface RuleDefinition {
  readonly shared: boolean;
  /** Of an observed one that has more than there are words for here: as the kernel tells it. */
  readonly message?: string;
  /** Of an observed one: how many stand before it that a request to delete it would meet. */
  readonly behind?: number;
}

export function ruleResource(spec: RuleSpec): Resource {
  const { family, priority, table } = spec;
  const selectors = { from: spec.from ?? '', to: spec.to ?? '', iif: spec.iif ?? '', oif: spec.oif ?? '', fwmark: spec.fwmark ?? 0 };
  const definition: RuleDefinition = { shared: spec.shared ?? false };
  return { ...ruleOf(spec.netns, { ...defaults, family, priority, table, ...selectors }, []), definition, path: spec.path, at: spec.at };
}

function observedProps(rule: RuleObservation): Props {
  const { family, priority, table, from, to, iif, oif, fwmark, other } = rule;
  return { family, priority, table, from, to, iif, oif, fwmark, other };
}

interface FoundRule {
  readonly rule: RuleObservation;
  readonly resource: Resource;
}

function find({ observation, desired, linkAt }: FindContext): Found {
  const resources = new Map<ResourceId, Resource>();
  for (const ns of labNamespaces(observation, desired.lab)) {
    const kind = containerKindOf(ns, desired.lab);
    const found: FoundRule[] = [];
    for (const rule of ns.rules) {
      if (rule.protocol === KERNEL || isDefaultRule(rule)) continue;
      const isKnown = kind === null || rule.protocol === ROUTE_PROTOCOL;
      // What the file asks for is there already; in a container it is the container's.
      if (!isKnown && !(kind === 'adopted' && desired.resources.has(ruleId(ns.netns, observedProps(rule))))) continue;
      const links = [rule.iif, rule.oif].map((dev) => linkAt(ns.netns, dev)).filter((link) => link !== undefined);
      const { message } = rule;
      const shared = rule.protocol === ROUTE_PROTOCOL;
      const definition: RuleDefinition = { shared, ...(message === undefined ? {} : { message }) };
      found.push({ rule, resource: { ...ruleOf(ns.netns, observedProps(rule), links), definition } });
    }
    for (const resource of withMistakable(found)) resources.set(resource.id, resource);
  }
  return { resources: [...resources.values()], conflicts: [] };
}

/** The kernel deletes the first rule that has all that the request names, whatever else that rule has (`rule_find`, `net/core/fib_rules.c`). */
function withMistakable(found: readonly FoundRule[]): readonly Resource[] {
  const meets = found.map(({ rule }, i) => found.flatMap((other, j) => (i !== j && isMetBy(rule, other.rule) ? [j] : [])));
  return found.map(({ resource }, i) => {
    const behind = meets[i]!.filter((j) => j < i).length;
    const mayGoWith = found.flatMap((other, j) => (meets[j]!.some((k) => k < j) && meets[j]!.includes(i) ? [other.resource.id] : []));
    if (behind === 0 && mayGoWith.length === 0) return resource;
    return { ...resource, definition: { ...(resource.definition as RuleDefinition), behind }, mayGoWith };
  });
}

/** Whether a request to delete the one would meet the other as well. */
function isMetBy(asked: RuleObservation, other: RuleObservation): boolean {
  if (asked.family !== other.family || asked.priority !== other.priority) return false;
  if ((['from', 'to', 'iif', 'oif'] as const).some((word) => asked[word] !== '' && asked[word] !== other[word])) return false;
  if ((['fwmark', 'table'] as const).some((word) => asked[word] !== 0 && asked[word] !== other[word])) return false;
  const protocol = asked.message !== undefined || asked.protocol === ROUTE_PROTOCOL ? asked.protocol : 0;
  if (protocol !== 0 && protocol !== other.protocol) return false;
  // Whether a rule is inverted is not looked at.
  return /^(not)?$/.test(asked.other) || asked.other === other.other;
}

const definitionOf = ({ definition }: Resource): RuleDefinition => (definition as RuleDefinition | undefined) ?? { shared: false };

function operation(op: 'rule-add' | 'rule-ensure' | 'rule-delete', resource: Resource): Operation {
  const { netns, props } = resource;
  const { shared, message } = definitionOf(resource);
  return {
    op,
    netns,
    family: props['family'] === 6 ? 6 : 4,
    priority: Number(props['priority']),
    table: Number(props['table']),
    from: String(props['from']),
    to: String(props['to']),
    iif: String(props['iif']),
    oif: String(props['oif']),
    fwmark: Number(props['fwmark']),
    ...(shared ? { protocol: ROUTE_PROTOCOL } : {}),
    ...(message === undefined ? {} : { other: String(props['other']), message }),
  };
}

export const rule: Kind = {
  name: 'rule',
  stage: () => WITHIN_NETNS + 5,
  inPlace: () => false,
  defaults: ({ props }) => props,
  find,
  create: (after) => [operation('rule-add', after)],
  restore: (after) => [operation('rule-ensure', after)],
  update: () => [],
  delete: (before) => Array.from({ length: 1 + (definitionOf(before).behind ?? 0) }, () => operation('rule-delete', before)),
  title: (resource) => `rule ${resource.id.slice(`rule:${resource.netns}/`.length)} in ${resource.netns}`,
};
