/** A container that topo starts for a node. Its network namespace is the business of `netns.ts`. */
import type { ContainerSpec } from '../model/container.js';
import type { ContainerObservation, ContainersObservation } from '../model/observation.js';
import { LABELS } from '../model/container.js';
import type { Diagnostic, SourceRange } from '../model/diagnostic.js';
import { setFolder } from '../model/node-files.js';
import { hiddenTexts } from '../model/sensitive.js';
import { HOST, type Props, type Resource, type ResourceId, type State } from '../model/state.js';
import { inTheWay } from './container-inside.js';
import { containerId, containerNameOf, namesId, RUNTIME } from './ids-of-containers.js';
import type { FindContext, Found, Kind } from './kind.js';
import { elsewhere } from './ownership.js';

export interface ContainerResourceSpec {
  readonly lab: string;
  readonly node: string;
  readonly name: string;
  readonly spec: ContainerSpec;
  /** The container of this lab whose namespace it joins. */
  readonly joins?: string;
  readonly path: string;
  readonly at: SourceRange;
}

interface Definition {
  readonly lab: string;
  readonly labels: { readonly [name: string]: string };
}

/** What a container has that does not say: fields that later versions add find these in the labels of earlier ones. */
const DEFAULTS: ContainerSpec = {
  image: '',
  command: [],
  environment: {},
  volumes: [],
  cap_add: [],
  privileged: false,
  hostname: '',
  network: 'none',
  names: '',
};

export function containerResource({ lab, node, name, spec, joins, path, at }: ContainerResourceSpec): Resource {
  const definition: Definition = {
    lab,
    labels: {
      [LABELS.lab]: lab,
      [LABELS.node]: node,
      [LABELS.spec]: JSON.stringify({ ...spec, environment: Object.keys(spec.environment) }),
    },
  };
  const other = joins === undefined ? [] : [containerId(joins)];
  return {
    id: containerId(name),
    kind: 'container',
    netns: HOST,
    props: { ...propsOf(spec), running: true },
    needs: [RUNTIME, ...other, ...(spec.names === '' ? [] : [namesId(spec.names)])],
    goesWith: other,
    definition,
    path,
    at,
  };
}

function propsOf({ environment, ...spec }: ContainerSpec): Props {
  return { ...spec, environment: { ...environment } };
}

type Labelled = Omit<ContainerSpec, 'environment'> & { readonly environment: readonly string[] };

/** Of what the label names, as the container has it. */
function specOf({ labels, environment }: ContainerObservation): ContainerSpec {
  try {
    const spec = JSON.parse(labels[LABELS.spec] ?? '{}') as Partial<Labelled>;
    const named = (spec.environment ?? []).map((name): [string, string] => [name, environment.get(name) ?? '']);
    return { ...DEFAULTS, ...spec, environment: Object.fromEntries(named) };
  } catch {
    return DEFAULTS;
  }
}

function observed(one: ContainerObservation, all: ContainersObservation): Resource {
  const spec = specOf(one);
  const other = otherOf(spec, all);
  const joined = spec.network.startsWith('container:') && one.inode !== null && other?.inode !== one.inode;
  const now = all.images.get(spec.image) ?? one.imageId;
  const props = propsOf({
    ...spec,
    // Of the same name another image by now: built anew, or pulled.
    image: now === one.imageId ? spec.image : `${spec.image} (${one.imageId.slice(0, 19)})`,
    network: joined ? 'a namespace that is gone' : spec.network,
  });
  return {
    id: containerId(one.name),
    kind: 'container',
    netns: HOST,
    props: { ...props, running: one.status === 'running' },
    needs: [RUNTIME, ...(other === undefined ? [] : [containerId(other.name)]), ...(spec.names === '' ? [] : [namesId(spec.names)])],
    goesWith: other === undefined ? [] : [containerId(other.name)],
    // The names that namespaces have, and the marks in them, are taken away one by one.
    outlived: true,
  };
}

function otherOf(spec: ContainerSpec, { found }: ContainersObservation): ContainerObservation | undefined {
  const name = spec.network.startsWith('container:') ? spec.network.slice('container:'.length) : null;
  return name === null ? undefined : found.find((one) => one.name === name);
}

function find({ observation, desired }: FindContext): Found {
  const { containers } = observation;
  if (containers === undefined) return { resources: [], conflicts: [] };
  const own = containers.found.filter(({ labels }) => labels[LABELS.lab] === desired.lab);
  const resources = own.map((one) => observed(one, containers));
  const known = new Map(resources.map((resource) => [resource.id, resource]));
  return {
    resources,
    conflicts: [
      ...takenNames(containers, desired, known),
      ...missingImages(containers, desired, known),
      ...inTheWay(containers.found, desired),
    ],
  };
}

type Known = ReadonlyMap<ResourceId, Resource>;

const wantedIn = (desired: State): readonly Resource[] => [...desired.resources.values()].filter(({ kind }) => kind === 'container');

function takenNames({ found }: ContainersObservation, desired: State, known: Known): readonly Diagnostic[] {
  return wantedIn(desired).flatMap((resource): Diagnostic[] => {
    const name = containerNameOf(resource.id);
    const taken = known.has(resource.id) ? undefined : found.find((one) => one.name === name);
    if (taken === undefined) return [];
    const lab = taken.labels[LABELS.lab];
    return [
      {
        code: 'foreign-container',
        severity: 'error',
        message: `a container named ${name} exists already and ${lab === undefined ? "is not marked as topo's" : `belongs to the lab ${lab}`}`,
        ...placed(resource),
        hint:
          lab === undefined
            ? 'topo changes nothing that it did not make: choose another name (netns), or remove the container yourself'
            : elsewhere('choose another name (netns)', lab),
      },
    ];
  });
}

/** Of containers that are to be started; one that runs does not need it any more. */
function missingImages({ images }: ContainersObservation, desired: State, known: Known): readonly Diagnostic[] {
  return wantedIn(desired).flatMap((resource): Diagnostic[] => {
    const image = String(resource.props['image']);
    const there = known.get(resource.id);
    const startsAnew = there === undefined || JSON.stringify(there.props['image']) !== JSON.stringify(image);
    if (!startsAnew || images.get(image) !== null) return [];
    return [
      {
        code: 'image-missing',
        severity: 'error',
        message: `there is no image ${image} on this machine`,
        ...placed(resource),
        hint: `get it first, such as by docker pull ${image}: topo pulls nothing`,
      },
    ];
  });
}

const placed = ({ at }: Resource): { readonly at?: SourceRange } => (at === undefined ? {} : { at });

export const container: Kind = {
  name: 'container',
  stage: () => -1,
  inPlace: (field) => field === 'running',
  hidden: (field, value, before) => (field === 'environment' ? hiddenTexts(value, before) : value),
  defaults: () => ({ ...propsOf(DEFAULTS), running: true }),
  find,
  create: ({ id, props, definition }) => {
    const spec = props as unknown as ContainerSpec;
    const { image, command, environment, volumes, cap_add, privileged, hostname, network, names } = spec;
    const { labels, lab } = definition as Definition;
    const files = names === '' ? '' : setFolder(lab, names);
    const name = containerNameOf(id);
    return [
      {
        op: 'container-run',
        netns: HOST,
        container: name,
        labels,
        image,
        command,
        environment,
        volumes,
        cap_add,
        privileged,
        hostname,
        network,
        files,
      },
    ];
  },
  update: (_before, after) => [{ op: 'container-start', netns: HOST, container: containerNameOf(after.id) }],
  delete: ({ id }) => [{ op: 'container-remove', netns: HOST, container: containerNameOf(id) }],
  title: ({ id }) => `container ${containerNameOf(id)}`,
};
