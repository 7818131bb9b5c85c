/** Containers: Docker and Podman take the same words. */
import { runtimeMark, type Runtime } from '../../model/lo-marks.js';
import type { ContainerOperation } from '../../model/operation.js';
import { environmentOf, removeWords, runWords, type ContainerRun } from '../containers/words.js';
import { ip, type Command } from './command.js';

type NotOfNames = Exclude<ContainerOperation, { op: 'netns-attach' | 'netns-detach' }>;

export function container(operation: NotOfNames, runtime: Runtime): readonly Command[] {
  switch (operation.op) {
    case 'runtime-mark':
      return [{ argv: ip(operation.netns, 'link', 'property', 'add', 'dev', 'lo', 'altname', runtimeMark(runtime, operation.lab)) }];
    case 'container-run':
      return [containerRun(operation, runtime)];
    case 'container-start':
      return [{ argv: [runtime, 'start', operation.container] }];
    case 'container-remove':
      return [{ argv: [runtime, ...removeWords(operation.container, runtime)] }];
  }
}

function containerRun(operation: ContainerRun, runtime: Runtime): Command {
  const { file, own } = environmentOf(operation);
  const stdin = file.length === 0 ? {} : { stdin: file.map((line) => `${line}\n`).join('') };
  return { argv: [runtime, ...runWords(operation, '/dev/stdin')], environment: own, ...stdin };
}

export function netnsAttach(operation: Extract<ContainerOperation, { op: 'netns-attach' }>, runtime: Runtime): readonly Command[] {
  const { netns, alias, altname } = operation;
  const pid = { prefix: '', output: [runtime, 'inspect', '--format', '{{.State.Pid}}', operation.container] };
  return [
    { argv: ['ip', 'netns', 'attach', netns, pid] },
    { argv: ip(netns, 'link', 'set', 'dev', 'lo', 'alias', alias, 'up') },
    { argv: ip(netns, 'link', 'property', 'add', 'dev', 'lo', 'altname', altname) },
  ];
}
