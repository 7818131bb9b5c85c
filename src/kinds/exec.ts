/**
 * A command that is run once in a node, when all else is there. That it was done is remembered in an altname of the
 * namespace's lo, and so for as long as the namespace lives; in the host's, which is everybody's, with the lab's name, and until it is destroyed.
 */
import type { SourceRange } from '../model/diagnostic.js';
import { executedAltname, hash, parseExecuted } from '../model/names.js';
import type { ProcessDefinition, ProcessKey } from '../model/process.js';
import { hiddenTexts } from '../model/sensitive.js';
import { HOST, type Props, type Resource, type ResourceId } from '../model/state.js';
import { LAST, type FindContext, type Found, type Kind } from './kind.js';
import { labNamespaces, netnsNeeds } from './ownership.js';

export interface ExecSpec {
  readonly lab: string;
  readonly node: string;
  readonly netns: string;
  readonly command: string | readonly string[];
  readonly env: { readonly [name: string]: string };
  readonly cwd: string;
  readonly user: string;
  /** How many of the node's commands before it are the same. */
  readonly nth: number;
  /** The name that the node had (`moved`). */
  readonly formerly?: string;
  readonly path: string;
  readonly at: SourceRange;
}

interface Definition {
  /** The digest under the node's former name. */
  readonly former?: string;
  readonly process: ProcessKey;
  readonly definition: ProcessDefinition;
}

const execId = (netns: string, memory: string): ResourceId => `exec:${netns}/${memory}`;
/** What is remembered of it there. */
const memoryOf = (netns: string, lab: string, digest: string): string => (netns === HOST ? `${lab}:${digest}` : digest);

export function execResource({ lab, node, netns, command, env, cwd, user, nth, formerly, path, at }: ExecSpec): Resource {
  const digestFor = (name: string): string => hash(16, name, JSON.stringify([command, env, cwd, user]), String(nth));
  const digest = digestFor(node);
  const definition: Definition = {
    ...(formerly === undefined ? {} : { former: digestFor(formerly) }),
    process: { lab, owner: node, name: digest },
    definition: { netns, command, env, cwd, user, reads: {}, rereads: {}, signal: '' },
  };
  return { ...bare(netns, memoryOf(netns, lab, digest), { command, env, cwd, user }), definition, path, at };
}

/** It is forgotten with the namespace. */
function bare(netns: string, memory: string, props: Props): Resource {
  const needs = netnsNeeds(netns);
  return { id: execId(netns, memory), kind: 'exec', netns, props, needs, goesWith: needs };
}

/** What it was, the kernel has not been told; the id has the digest. */
const DONE = '(a command that was run)';

function find({ observation, desired }: FindContext): Found {
  const resources = [observation.host, ...labNamespaces(observation, desired.lab)].flatMap(({ netns, links }) =>
    (links.find(({ name }) => name === 'lo')?.altnames ?? []).flatMap((altname) => {
      const memory = parseExecuted(altname);
      if (memory === null || (netns === HOST && !memory.startsWith(`${desired.lab}:`))) return [];
      // The digest is of all that is asked for.
      const wanted = desired.resources.get(execId(netns, memory));
      return [bare(netns, memory, wanted?.props ?? { command: DONE, env: {}, cwd: '/', user: '' })];
    }),
  );
  return { resources, conflicts: [] };
}

const memoryIn = ({ id }: Resource): string => id.slice(id.lastIndexOf('/') + 1);

export const exec: Kind = {
  name: 'exec',
  stage: () => LAST + 1,
  inPlace: () => true,
  hidden: (field, value, before) => (field === 'env' ? hiddenTexts(value, before) : value),
  // A short command stands in the title.
  defaults: ({ props: { command } }) => ({
    env: {},
    cwd: '/',
    user: '',
    ...(firstLine(command).endsWith('…') ? {} : { command: command ?? '' }),
  }),
  find,
  create: () => [],
  finish: (after) => {
    const { process, definition } = after.definition as Definition;
    return [{ op: 'exec-run', netns: after.netns, process, definition, altname: executedAltname(memoryIn(after)) }];
  },
  update: () => [],
  delete: (before) => [{ op: 'altname-delete', netns: before.netns, name: 'lo', altname: executedAltname(memoryIn(before)) }],
  title: ({ netns, props: { command } }) => `exec ${firstLine(command)} in ${netns}`,
};

/** Commands may be whole scripts. */
function firstLine(command: Props[string] | undefined): string {
  const text = typeof command === 'string' ? command : (command as readonly string[]).join(' ');
  const [line = '', ...more] = text.trim().split('\n');
  return more.length > 0 || line.length > 60 ? `${line.slice(0, 60)}…` : line;
}
