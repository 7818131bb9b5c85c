/** Containers and images as the runtime has them. */
import { readFileSync, statSync } from 'node:fs';
import { LABELS } from '../../model/container.js';
import { containerOf } from '../../model/lo-marks.js';
import type { ContainerObservation, ContainersObservation, NetnsObservation } from '../../model/observation.js';
import { DiagnosticError } from '../../model/diagnostic.js';
import type { RuntimeCli } from './cli.js';

interface Wanted {
  readonly names: readonly string[];
  readonly images: readonly string[];
}

/** Those of the lab, and those that the topology names. */
export function observeContainers(cli: RuntimeCli, lab: string, { names, images }: Wanted): ContainersObservation {
  const own = cli.ask('ps', '--all', '--quiet', '--no-trunc', '--filter', `label=${LABELS.lab}=${lab}`).split('\n').filter(Boolean);
  return { found: inspect(cli, [...own, ...names]), images: new Map(images.map((image) => [image, imageId(cli, image)])) };
}

/**
 * With somebody else's containers to which the lab's namespaces belong, though nobody names them any more: a lab that is destroyed,
 * or loses such a node, may have to become what it was.
 */
export function withAttached(
  cli: RuntimeCli,
  lab: string,
  asked: ContainersObservation,
  namespaces: readonly NetnsObservation[],
): ContainersObservation {
  const known = new Set<Inode>(asked.found.filter(({ labels }) => labels[LABELS.lab] !== lab).map(({ inode }) => inode));
  const open = new Set<Inode>(namespaces.filter((ns) => isAttached(ns, lab) && !known.has(ns.inode)).map(({ inode }) => inode));
  if (open.size === 0) return asked;
  const ids = cli.ask('ps', '--quiet', '--no-trunc').split('\n').filter(Boolean);
  // One of them may be gone by now.
  const { stdout } = ids.length === 0 ? { stdout: '' } : cli.try('container', 'inspect', '--format', '{{.Id}} {{.State.Pid}}', ...ids);
  const theirs = stdout.split('\n').flatMap((line) => {
    const [id = '', pid = ''] = line.split(' ');
    return open.has(inodeOfProcess(pid)) ? [id] : [];
  });
  const others = inspect(cli, theirs).filter(({ labels }) => labels[LABELS.lab] !== lab);
  return others.length === 0 ? asked : { ...asked, found: [...asked.found, ...others] };
}

type Inode = ContainerObservation['inode'] | undefined;

const isAttached = ({ links }: NetnsObservation, lab: string): boolean =>
  containerOf(links.find(({ name }) => name === 'lo')?.altnames ?? [], lab) === 'attached';

/** Undefined: there is no such process. */
const inodeOfProcess = (pid: string): number | undefined => statSync(`/proc/${pid}/ns/net`, { throwIfNoEntry: false })?.ino;

/** What `inspect` tells, as far as anybody asks. */
interface Inspected {
  readonly Id: string;
  readonly Name: string;
  readonly State: { readonly Status: string; readonly ExitCode: number; readonly Pid: number };
  readonly Image: string;
  readonly Config: {
    readonly Image: string;
    readonly Labels: { readonly [name: string]: string } | null;
    readonly Env: readonly string[] | null;
  };
}

/** Docker’s words, and Podman’s. */
const NOBODY = /no such container|no container with name or id/i;

/** Names of no container are left out. */
export function inspect(cli: RuntimeCli, names: readonly string[]): readonly ContainerObservation[] {
  if (names.length === 0) return [];
  // The status tells that one of the names is nobody's.
  const { status, stdout, complaint } = cli.try('container', 'inspect', ...names);
  if (status !== 0 && !NOBODY.test(complaint)) throw cli.failed(complaint);
  const all = JSON.parse(stdout.trim() === '' ? '[]' : stdout) as Inspected[];
  const byId = new Map(all.map((one) => [one.Id, one]));
  return [...byId.values()].map((one) => observed(cli, one));
}

function observed(cli: RuntimeCli, { Id, Name, State, Image, Config }: Inspected): ContainerObservation {
  const name = Name.replace(/^\//, '');
  return {
    id: Id,
    name,
    status: State.Status,
    exitCode: State.ExitCode,
    pid: State.Pid,
    inode: State.Pid === 0 ? null : inodeOf(cli, name, Id, State.Pid),
    image: Config.Image,
    imageId: Image,
    labels: Config.Labels ?? {},
    environment: new Map((Config.Env ?? []).map(pairOf)),
  };
}

function pairOf(text: string): readonly [name: string, value: string] {
  const equals = text.indexOf('=');
  return equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)];
}

/** The daemon may be on another machine, where the number is another process's: the control group has the id. */
function inodeOf(cli: RuntimeCli, name: string, id: string, pid: number): number | null {
  try {
    if (readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes(id)) return statSync(`/proc/${pid}/ns/net`).ino;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    // It has ended since: what the runtime says now counts.
    if (cli.try('container', 'inspect', '--format', '{{.State.Pid}}', id).stdout.trim() !== String(pid)) return null;
  }
  throw new DiagnosticError([
    {
      code: 'container-elsewhere',
      severity: 'error',
      message: `the container ${name} is not on this machine: ${cli.runtime} says it is process ${pid}, and here that is not it`,
      hint: `topo wires containers of the machine that it runs on: see DOCKER_HOST and ${cli.runtime} context ls`,
    },
  ]);
}

/** Null: there is none of that name here. */
function imageId(cli: RuntimeCli, image: string): string | null {
  const { status, stdout } = cli.try('image', 'inspect', '--format', '{{.Id}}', image);
  return status === 0 ? stdout.trim() : null;
}
