/** Parents of macvlan links that the lab makes: interfaces of simulated hosts, ends of links, bridges. Theirs is the MTU that the file says. */
import { bridgeId } from '../kinds/bridge.js';
import type { MacvlanDefinition } from '../kinds/macvlan-parent.js';
import type { Diagnostic } from '../model/diagnostic.js';
import { HOST, type Resource, type ResourceId } from '../model/state.js';
import type { Lab } from './lab.js';

interface Parent {
  readonly link: ResourceId;
  readonly mtu: number;
  /** The file does not call it by this name. */
  readonly isDerived?: boolean;
}

export function onParents(lab: Lab, resources: readonly Resource[], diagnostics: Diagnostic[]): readonly Resource[] {
  if (lab.networks.every(({ network }) => network.macvlan === undefined)) return resources;
  const made = parentsIn(lab);
  const told = new Set<string>();
  const tell = (one: Diagnostic): void => {
    if (!told.has(one.message)) diagnostics.push(one);
    told.add(one.message);
  };
  return resources.map((resource) => {
    const { kind, props, needs } = resource;
    if (kind !== 'macvlan') return resource;
    const [netns, name] = [String(props['parent_netns']), String(props['parent'])];
    const parent = made.get(netns)?.get(name);
    if (parent === undefined) {
      // What the machine has by itself is seen when it is looked at.
      if (netns !== HOST) tell(missing(lab, resource, netns, name, namesIn(made.get(netns))));
      return resource;
    }
    if (Number(props['mtu'] ?? 0) > parent.mtu) tell(tooLarge(resource, name, parent));
    return { ...resource, props: { ...props, mtu: props['mtu'] ?? parent.mtu }, needs: [...needs, parent.link] };
  });
}

function namesIn(parents: ReadonlyMap<string, Parent> = new Map()): readonly string[] {
  return [...parents].filter(([, { isDerived }]) => isDerived !== true).map(([name]) => name);
}

/** By namespace and name. */
function parentsIn({ networks, nodes, links }: Lab): ReadonlyMap<string, ReadonlyMap<string, Parent>> {
  const made = new Map<string, Map<string, Parent>>();
  const add = (netns: string, name: string, parent: Parent): void => {
    made.set(netns, (made.get(netns) ?? new Map<string, Parent>()).set(name, parent));
  };
  const hosts = nodes.filter(({ node }) => node.isHost === true).flatMap(({ interfaces }) => [...interfaces.values()]);
  for (const one of [...hosts, ...links.flatMap(({ ends }) => ends)]) if (one.name !== 'lo') add(one.netns, one.name, one);
  for (const { network, home, bridge } of networks) {
    const isMade = bridge !== '' && network.macvlan === undefined && !network.external;
    if (isMade) add(home, bridge, { link: bridgeId(home, bridge), mtu: network.mtu, isDerived: network.bridgeName === undefined });
  }
  return made;
}

function missing({ nodes }: Lab, resource: Resource, netns: string, name: string, others: readonly string[]): Diagnostic {
  const host = nodes.find((node) => node.netns === netns)?.node.name ?? netns;
  const hint = others.length === 0 ? 'it has none: attach it to a network' : `its interfaces: ${others.join(', ')}`;
  return problem('parent-missing', resource, `the host ${host} has no interface named ${name}`, hint);
}

function tooLarge(resource: Resource, name: string, { mtu }: Parent): Diagnostic {
  const message = `an MTU of ${String(resource.props['mtu'])} does not fit ${name}, which has ${mtu}`;
  return problem('mtu-above-parent', resource, message, `remove "mtu" to have the parent’s, or write at most ${mtu}`);
}

function problem(code: string, { definition }: Resource, message: string, hint: string): Diagnostic {
  return { code, severity: 'error', message, at: (definition as MacvlanDefinition).parentAt, hint };
}
