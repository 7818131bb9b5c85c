/** Nodes that are containers: what is started, and whose namespace each has. */
import { containerResource } from '../kinds/container.js';
import type { NetnsContainer } from '../kinds/netns-container.js';
import { runtimeResource } from '../kinds/runtime.js';
import type { ContainerSpec } from '../model/container.js';
import { pathOfNode } from '../model/node-path.js';
import { HOST, type Resource } from '../model/state.js';
import type { Container, Node, Topology } from '../model/topology.js';
import { ownerOf } from './joined.js';

type Nodes = ReadonlyMap<string, Node>;

const isContainer = (node: Node): boolean => node.container !== undefined || node.attach !== undefined || node.joins?.kind === 'container';

/** What has to be asked of a container runtime; undefined: nothing. */
export function containersOf({ nodes }: Topology): { readonly names: readonly string[]; readonly images: readonly string[] } | undefined {
  const containers = nodes.filter(isContainer);
  if (containers.length === 0) return undefined;
  const names = containers.flatMap((node) => [
    ...(node.container === undefined ? [] : [node.netns]),
    ...(node.attach === undefined ? [] : [node.attach]),
    ...(node.joins?.kind === 'container' ? [node.joins.container] : []),
  ]);
  const images = containers.flatMap(({ container }) => container?.image ?? []);
  return { names: [...new Set(names)], images: [...new Set(images)] };
}

/** The container whose namespace gets the node's name. */
export function containerOfNode(node: Node): NetnsContainer | undefined {
  if (node.attach !== undefined) return { kind: 'attached', name: node.attach, own: false };
  // What joins a container of somebody else's gets a namespace that is somebody else's.
  const kind = node.joins?.kind === 'container' ? 'attached' : 'started';
  if (node.container !== undefined) return { kind, name: node.netns, own: true };
  return node.joins?.kind === 'container' ? { kind, name: node.joins.container, own: false } : undefined;
}

/** `setOf`: the files that nodes see, by namespace. */
export function containerResources({ name: lab, nodes }: Topology, setOf: ReadonlyMap<string, string>): readonly Resource[] {
  const first = nodes.find(isContainer);
  if (first === undefined) return [];
  const byName: Nodes = new Map(nodes.map((node) => [node.name, node]));
  const started = nodes.flatMap((node) =>
    node.container === undefined ? [] : [startedAs({ lab, setOf, nodes: byName }, node, node.container)],
  );
  return [runtimeResource(lab, pathOfNode(first), first.at), ...started];
}

interface Around {
  readonly lab: string;
  readonly setOf: ReadonlyMap<string, string>;
  readonly nodes: Nodes;
}

function startedAs({ lab, setOf, nodes }: Around, node: Node, container: Container): Resource {
  const { image, command, environment, volumes, capAdd, privileged, at } = container;
  const network = networkOf(node, nodes);
  const shares = network.startsWith('container:');
  const spec: ContainerSpec = {
    image,
    command,
    environment,
    volumes,
    cap_add: capAdd,
    privileged,
    hostname: shares ? '' : (node.hostname ?? node.name),
    network,
    names: node.joins === undefined ? (setOf.get(node.netns) ?? '') : '',
  };
  const owner = shares ? ownerOf(node, nodes) : undefined;
  const joins = owner === undefined || owner === HOST || owner === node || owner.container === undefined ? {} : { joins: owner.netns };
  return containerResource({ lab, node: node.name, name: node.netns, spec, ...joins, path: `${pathOfNode(node)}.image`, at });
}

/** What the runtime is told. */
function networkOf(node: Node, nodes: Nodes): string {
  if (node.joins === undefined) return 'none';
  const owner = ownerOf(node, nodes);
  if (owner === HOST) return 'host';
  if (owner === node && node.joins.kind === 'container') return `container:${node.joins.container}`;
  if (owner?.joins?.kind === 'container') return `container:${owner.joins.container}`;
  return owner === undefined ? 'none' : `container:${owner.attach ?? owner.netns}`;
}
