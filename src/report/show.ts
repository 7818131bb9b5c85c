/** What the kernel has, in the words of a topology. */
import { parseMark } from '../model/names.js';
import type { RoutingStatus } from '../model/routing-status.js';
import { HOST, type PropValue, type Resource, type State } from '../model/state.js';
import { namesOf, type ShownNames } from './show-names.js';
import { runOf, SECTIONS } from './show-sections.js';

/** One JSON document: schemas/show.schema.json. */
export interface ShowDocument {
  readonly format: 'topo-show/1';
  readonly lab: string;
  /** By node; `host` is the lab's part of the host's own namespace. */
  readonly nodes: { readonly [node: string]: ShownNode };
  /** What the nodes resolve, by the name of the set that each node has as `names`. */
  readonly names?: { readonly [set: string]: ShownNames };
}

export interface ShownNode {
  readonly netns: string;
  readonly [section: string]: PropValue;
}

/** Of the whole lab, or of one node; null if the kernel has no such node of the lab. */
export function showOf(observed: State, node?: string, routing: readonly RoutingStatus[] = []): ShowDocument | null {
  const namespaces = held(observed);
  const nodes = [...namespaces]
    .map(([netns, resources]) => ({ netns, resources, name: nodeName(netns, resources) }))
    .filter(({ name, resources }) => (node === undefined ? resources.length > 0 : name === node));
  const joined = joinedNodes(observed, namespaces).filter(([name]) => node === undefined || name === node);
  if (nodes.length + joined.length === 0 && node !== undefined) return null;
  const shown = nodes.map(({ netns, resources, name }): [string, ShownNode] => [
    name,
    { netns, ...sections(netns, resources, observed), ...routingSection(routing.find((one) => one.node === name)) },
  ]);
  const names = namesOf(new Set(shown.flatMap(([, { names: set }]) => (typeof set === 'string' ? [set] : []))), observed);
  return {
    ...{ format: 'topo-show/1', lab: observed.lab, nodes: Object.fromEntries([...shown, ...joined]) },
    ...(Object.keys(names).length === 0 ? {} : { names }),
  };
}

function routingSection(status: RoutingStatus | undefined): { readonly routing?: PropValue } {
  if (status === undefined) return {};
  const { routerId, neighbors, routes } = status;
  return { routing: { router_id: routerId, neighbors: neighbors.map((one) => ({ ...one })), routes: routes.map((one) => ({ ...one })) } };
}

/** Nodes that live in a namespace which has an entry of its own. */
function joinedNodes(observed: State, namespaces: ReadonlyMap<string, readonly Resource[]>): readonly [string, ShownNode][] {
  return [...observed.resources.values()]
    .filter(({ kind }) => kind === 'joined')
    .map(({ netns, props }) => {
      const mode = netns === HOST ? HOST : `node:${nodeName(netns, namespaces.get(netns) ?? [])}`;
      const node = String(props['node']);
      return [node, { netns, network_mode: mode, ...sectionsOf([['run', runOf(commandsOf(node, observed))]]) }];
    });
}

/** `process:OWNER/NAME`. */
const ownerOf = ({ id }: Resource): string => id.slice(id.indexOf(':') + 1, id.indexOf('/'));

const commandsOf = (node: string, { resources }: State): readonly Resource[] =>
  [...resources.values()].filter((one) => one.kind === 'process' && ownerOf(one) === node);

function sections(netns: string, resources: readonly Resource[], state: State): { readonly [section: string]: PropValue } {
  return sectionsOf(SECTIONS.map(([name, of]) => [name, of(netns, resources, state)]));
}

const sectionsOf = (all: readonly [string, PropValue][]): { readonly [section: string]: PropValue } =>
  Object.fromEntries(all.filter(([, content]) => Object.keys(content as object).length > 0));

/** Resources by namespace; a veth pair is held by both, and commands of a node that joined it are that node's: two may have one name. */
function held(state: State): ReadonlyMap<string, readonly Resource[]> {
  const map = new Map<string, Resource[]>([[HOST, []]]);
  const joined = new Set([...state.resources.values()].filter(({ kind }) => kind === 'joined').map(({ props }) => props['node']));
  for (const resource of state.resources.values()) {
    if (resource.kind === 'joined' || (resource.kind === 'process' && joined.has(ownerOf(resource)))) continue;
    const peer = resource.props['peer_netns'];
    for (const netns of new Set([resource.netns, ...(typeof peer === 'string' ? [peer] : [])])) {
      const list = map.get(netns);
      if (list === undefined) map.set(netns, [resource]);
      else list.push(resource);
    }
  }
  return map;
}

/** As the mark on the namespace names it. */
function nodeName(netns: string, resources: readonly Resource[]): string {
  const found = resources.find((resource) => resource.kind === 'netns');
  return parseMark(String(found?.props['mark']))?.object ?? netns;
}
