/** What a container runtime is told; Docker and Podman take the same. */
import type { ContainerOperation } from '../../model/operation.js';

/** `docker run` and its words. The image has to be there: a plan does not depend on what a registry has today. */
export function runWords(operation: Extract<ContainerOperation, { op: 'container-run' }>): readonly string[] {
  const { container, labels, image, command, environment, volumes, cap_add, privileged, hostname, network, files } = operation;
  const each = (flag: string, values: readonly string[]): string[] => values.flatMap((value) => [flag, value]);
  return [
    ...['run', '--detach', '--pull', 'never', '--name', container, '--network', network],
    ...(hostname === '' ? [] : ['--hostname', hostname]),
    ...each('--label', pairs(labels)),
    ...each('--env', pairs(environment)),
    ...each('--volume', [...(files === '' ? [] : FILES.map((name) => `${files}/${name}:/etc/${name}:ro`)), ...volumes]),
    ...each('--cap-add', cap_add),
    ...(privileged ? ['--privileged'] : []),
    image,
    ...command,
  ];
}

const FILES = ['hosts', 'resolv.conf'];

const pairs = (map: { readonly [name: string]: string }): readonly string[] =>
  Object.entries(map).map(([name, value]) => `${name}=${value}`);
