import { interfaceNames, linkInterfaces } from '../../model/interfaces.js';
import type { Node, Topology } from '../../model/topology.js';
import { placeAt, type Reading } from '../normal/read.js';
import type { Maker, Part, RuleContext } from './rule.js';

/** `incomplete`: paths such as `nodes.web`, `links.0`, or `nodes` where not even the names are known. */
export function ruleContext(topology: Topology, { report, origins, ...reading }: Reading, incomplete: ReadonlySet<string>): RuleContext {
  const names = new Map<Node, ReadonlyMap<string, string>>();
  const namesOf = (node: Node): ReadonlyMap<string, string> => {
    const known = names.get(node) ?? interfaceNames(node, topology.links);
    names.set(node, known);
    return known;
  };
  const ends = linkMakers(topology);
  const makers = new Map<Node, ReadonlyMap<string, Maker>>();
  const makersOf = (node: Node): ReadonlyMap<string, Maker> => {
    const known = makers.get(node) ?? makersIn(node, namesOf(node), ends.get(node.name) ?? []);
    makers.set(node, known);
    return known;
  };
  const keyOf = (object: object) => {
    const origin = origins.get(object);
    return origin?.kind === 'mapping' ? origin : undefined;
  };
  return {
    topology,
    networks: byName(topology.networks),
    nodes: byName(topology.nodes),
    report,
    place: (object, key) => {
      const origin = keyOf(object);
      return origin?.entries.has(key) === true ? placeAt({ ...reading, report, origins }, origin, key) : object.at;
    },
    isWritten: (object, key) => keyOf(object)?.entries.has(key) ?? false,
    isIncomplete: incompleteness(incomplete),
    interfaceNames: namesOf,
    makersOf,
    interfacesOf: (node) => new Set(['lo', ...namesOf(node).values(), ...linkInterfaces(node.name, topology.links)]),
  };
}

function byName<T extends { readonly name: string }>(things: readonly T[]): ReadonlyMap<string, T> {
  return new Map(things.map((thing) => [thing.name, thing]));
}

function incompleteness(incomplete: ReadonlySet<string>): RuleContext['isIncomplete'] {
  const parts = new Set(Array.from(incomplete, (path) => path.split('.', 1)[0]));
  const whole = (part: Part) => incomplete.has(part) || (part === 'nodes' && (parts.has('defaults') || parts.has('groups')));
  return (part, name) => incomplete.size > 0 && (whole(part) || (name === undefined ? parts.has(part) : incomplete.has(`${part}.${name}`)));
}

function makersIn(node: Node, names: ReadonlyMap<string, string>, links: readonly LinkMaker[]): ReadonlyMap<string, Maker> {
  const makers = new Map<string, Maker>(links.map((maker) => [maker.end.interface, maker]));
  for (const attachment of node.networks) makers.set(names.get(attachment.network) ?? '', { kind: 'network', attachment });
  return makers;
}

type LinkMaker = Maker & { readonly kind: 'link' };

/** By node. */
function linkMakers({ links }: Topology): ReadonlyMap<string, readonly LinkMaker[]> {
  const byNode = new Map<string, LinkMaker[]>();
  for (const [i, link] of links.entries()) {
    for (const end of link.endpoints) {
      const maker = { kind: 'link', end, link, number: i + 1 } as const;
      const before = byNode.get(end.node);
      if (before === undefined) byNode.set(end.node, [maker]);
      else before.push(maker);
    }
  }
  return byNode;
}
