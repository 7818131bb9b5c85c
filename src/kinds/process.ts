/** A command that is kept running: in a node, or for the lab in the host's namespace. */
import type { SourceRange } from '../model/diagnostic.js';
import type { ProcessObservation } from '../model/observation.js';
import { LAB_ITSELF, type ProcessDefinition, type ProcessKey, type Texts } from '../model/process.js';
import type { Operation } from '../model/operation.js';
import { hiddenTexts } from '../model/sensitive.js';
import type { Props, Resource, ResourceId } from '../model/state.js';
import { neededPorts } from './dns-port.js';
import type { ListeningPort } from './host-ports.js';
import { LAST, type Kind } from './kind.js';
import { netnsNeeds } from './ownership.js';

export interface ProcessSpec extends ProcessKey {
  readonly netns: string;
  readonly command: string | readonly string[];
  readonly env?: Texts;
  readonly cwd?: string;
  readonly user?: string;
  /** Hashes of what it reads when it starts: another one restarts it. */
  readonly reads?: Texts;
  /** Hashes of what it reads again when it gets the signal: another one sends it. */
  readonly rereads?: Texts;
  readonly signal?: 'SIGHUP' | 'SIGUSR1' | 'SIGUSR2';
  /** A command that fails, and says why, where the process would not take what it reads again. */
  readonly check?: readonly string[];
  /** What must be there first, besides the namespace. */
  readonly needs?: readonly ResourceId[];
  /** Ports of its namespace that it cannot do without. */
  readonly listens?: readonly ListeningPort[];
  readonly path?: string;
  readonly at?: SourceRange;
}

interface Definition extends ProcessKey {
  readonly listens?: readonly ListeningPort[];
  readonly check?: readonly string[];
}

export const processId = ({ owner, name }: Pick<ProcessKey, 'owner' | 'name'>): ResourceId => `process:${owner}/${name}`;

const RUNNING = 'running';

/** These do not make it another process. */
const IN_PLACE = new Set(['state', 'rereads', 'signal']);

export function processResource(spec: ProcessSpec): Resource {
  const { netns, command, env = {}, cwd = '/', user = '', reads = {}, rereads = {}, signal = '', path, at } = spec;
  return {
    ...bare(spec, { netns, command, env, cwd, user, reads, rereads, signal }, RUNNING),
    needs: [...netnsNeeds(netns), ...(spec.needs ?? [])],
    definition: {
      ...keyOf(spec),
      ...(spec.listens === undefined ? {} : { listens: spec.listens }),
      ...(spec.check === undefined ? {} : { check: spec.check }),
    } satisfies Definition,
    ...(path === undefined ? {} : { path }),
    ...(at === undefined ? {} : { at }),
  };
}

const keyOf = ({ lab, owner, name }: ProcessKey): ProcessKey => ({ lab, owner, name });

function bare(spec: ProcessKey, definition: ProcessDefinition, state: string): Resource {
  const key = keyOf(spec);
  return {
    id: processId(key),
    kind: 'process',
    netns: definition.netns,
    props: { ...definition, state },
    needs: netnsNeeds(definition.netns),
    definition: key,
  };
}

/** Of a record that was never finished: equal to nothing that a file can ask for. */
const UNKNOWN: Omit<ProcessDefinition, 'netns'> = { command: '', env: {}, cwd: '', user: '', reads: {}, rereads: {}, signal: '' };

function observed(lab: string, { owner, name, definition, ...seen }: ProcessObservation, netns: string): Resource {
  const facts: Record<string, string | number> = { log: seen.log };
  if (seen.running) facts['pid'] = seen.pid;
  if (seen.since !== null) facts['since'] = seen.since;
  if (seen.ended !== null && !seen.running) facts['ended'] = seen.ended;
  const one = bare({ lab, owner, name }, definition ?? { netns, ...UNKNOWN }, stateOf(seen));
  return { ...one, facts, remadeWith: one.needs };
}

function stateOf({ running, inItsNamespace, since, exit }: Omit<ProcessObservation, 'owner' | 'name' | 'definition'>): string {
  if (running) return inItsNamespace ? RUNNING : 'running in a namespace that has lost its name';
  if (since === null) return 'not started';
  if (exit === null) return 'killed';
  const signal = SIGNALS[exit - 128];
  return signal === undefined ? `exited with status ${exit}` : `killed by ${signal}`;
}

/** A shell gives 128 and the number of the signal that ended a command (signal(7)). */
const SIGNALS: { readonly [number: number]: string } = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  13: 'SIGPIPE',
  14: 'SIGALRM',
  15: 'SIGTERM',
};

function definitionOf({ props }: Resource): ProcessDefinition {
  const { state: _, ...definition } = props;
  return definition as unknown as ProcessDefinition;
}

function finish(after: Resource, before: Resource | null): readonly Operation[] {
  const { netns } = after;
  const process = keyOf(after.definition as Definition);
  const definition = definitionOf(after);
  if (before?.props['state'] !== RUNNING || definition.signal === '') return [{ op: 'process-start', netns, process, definition }];
  const { check } = after.definition as Definition;
  return [{ op: 'process-signal', netns, process, definition, ...(check === undefined ? {} : { check }) }];
}

const runningIn = (processes: readonly ProcessObservation[]): ReadonlyMap<ResourceId, number> =>
  new Map(processes.filter(({ running }) => running).map((one) => [processId(one), one.pid]));

const listensOf = (definition: unknown): readonly ListeningPort[] => (definition as Definition).listens ?? [];

export const process: Kind = {
  name: 'process',
  stage: () => LAST,
  inPlace: (field) => IN_PLACE.has(field),
  hidden: (field, value, before) => (field === 'env' ? hiddenTexts(value, before) : value),
  defaults: ({ netns }): Props => ({ netns, env: {}, cwd: '/', user: '', reads: {}, rereads: {}, signal: '', state: RUNNING }),
  find: ({ observation, desired }) => ({
    resources: observation.processes.map((one) => {
      const wanted = desired.resources.get(processId(one));
      return observed(desired.lab, one, wanted?.netns ?? `${desired.lab}.${one.owner}`);
    }),
    conflicts: [...neededPorts(desired, listensOf, runningIn(observation.processes), observation.listeners)],
  }),
  create: () => [],
  finish,
  update: () => [],
  delete: (before) => [{ op: 'process-stop', netns: before.netns, process: before.definition as ProcessKey }],
  title: ({ netns, definition }) => titleOf(definition as ProcessKey, netns),
};

/** Whose it is, where the namespace does not say it: nodes that share one may have commands of the same name. */
const titleOf = ({ lab, owner, name }: ProcessKey, netns: string): string =>
  `process ${name}${owner === LAB_ITSELF || netns === `${lab}.${owner}` ? '' : ` of ${owner}`} in ${netns}`;
