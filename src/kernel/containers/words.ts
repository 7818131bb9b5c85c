/** What a container runtime is told; Docker and Podman take the same. */
import { inEnvFile } from '../../model/container.js';
import type { Runtime } from '../../model/lo-marks.js';
import type { ContainerOperation } from '../../model/operation.js';

export type ContainerRun = Extract<ContainerOperation, { op: 'container-run' }>;

/** Where values of variables are: anybody may read the words of a command line. */
export interface Environment {
  /** Lines of a file for `--env-file`. */
  readonly file: readonly string[];
  /** For what does not fit on a line: the environment of the command line itself. */
  readonly own: { readonly [name: string]: string };
}

export function environmentOf({ environment }: ContainerRun): Environment {
  const all = Object.entries(environment);
  return {
    file: all.flatMap(([name, value]) => (inEnvFile(value) ? [`${name}=${value}`] : [])),
    own: Object.fromEntries(all.filter(([, value]) => !inEnvFile(value))),
  };
}

/** `docker run` and its words. The image has to be there: a plan does not depend on what a registry has today. */
export function runWords(operation: ContainerRun, envFile: string): readonly string[] {
  const { container, labels, image, command, volumes, cap_add, privileged, hostname, network, files } = operation;
  const { file, own } = environmentOf(operation);
  const each = (flag: string, values: readonly string[]): string[] => values.flatMap((value) => [flag, value]);
  return [
    ...['run', '--detach', '--pull', 'never', '--name', operand(container), '--network', operand(network)],
    ...(hostname === '' ? [] : ['--hostname', hostname]),
    ...each('--label', pairs(labels)),
    ...(file.length === 0 ? [] : ['--env-file', envFile]),
    ...each('--env', Object.keys(own)),
    ...each('--volume', [...(files === '' ? [] : FILES.map((name) => `${files}/${name}:/etc/${name}:ro`)), ...volumes]),
    ...each('--cap-add', cap_add),
    ...(privileged ? ['--privileged'] : []),
    operand(image),
    ...command,
  ];
}

/** Docker kills at once; Podman waits ten seconds for an end unless it is told not to. */
export function removeWords(container: string, runtime: Runtime): readonly string[] {
  return ['rm', '--force', ...(runtime === 'podman' ? ['--time', '0'] : []), '--volumes', operand(container)];
}

/** What is no option, whatever it begins with elsewhere. */
function operand(word: string): string {
  if (word === '' || word.startsWith('-')) throw new RangeError(`not an operand of the container runtime: ${JSON.stringify(word)}`);
  return word;
}

const FILES = ['hosts', 'resolv.conf'];

const pairs = (map: { readonly [name: string]: string }): readonly string[] =>
  Object.entries(map).map(([name, value]) => `${name}=${value}`);
