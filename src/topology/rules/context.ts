import { interfaceNames, linkInterfaces } from '../../model/interfaces.js';
import type { Node, Topology } from '../../model/topology.js';
import { placeAt, type Reading } from '../normal/read.js';
import type { Part, RuleContext } from './rule.js';

/** `incomplete`: paths such as `nodes.web`, `links.0`, or `nodes` where not even the names are known. */
export function ruleContext(topology: Topology, { report, origins, ...reading }: Reading, incomplete: ReadonlySet<string>): RuleContext {
  const names = new Map<Node, ReadonlyMap<string, string>>();
  const namesOf = (node: Node): ReadonlyMap<string, string> => {
    const known = names.get(node) ?? interfaceNames(node, topology.links);
    names.set(node, known);
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
    interfacesOf: (node) => new Set(['lo', ...namesOf(node).values(), ...linkInterfaces(node.name, topology.links)]),
  };
}

function byName<T extends { readonly name: string }>(things: readonly T[]): ReadonlyMap<string, T> {
  return new Map(things.map((thing) => [thing.name, thing]));
}

function incompleteness(incomplete: ReadonlySet<string>): RuleContext['isIncomplete'] {
  const parts = new Set(Array.from(incomplete, (path) => path.split('.', 1)[0]));
  const whole = (part: Part) => incomplete.has(part) || (part === 'nodes' && parts.has('defaults'));
  return (part, name) => incomplete.size > 0 && (whole(part) || (name === undefined ? parts.has(part) : incomplete.has(`${part}.${name}`)));
}
