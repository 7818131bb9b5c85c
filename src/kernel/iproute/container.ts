/** Containers, through Docker: Podman takes the same words. */
import { runtimeMark } from '../../model/lo-marks.js';
import type { ContainerOperation } from '../../model/operation.js';
import { environmentOf, runWords, type ContainerRun } from '../containers/words.js';
import { ip, type Command } from './command.js';

const RUNTIME = 'docker';

type NotOfNames = Exclude<ContainerOperation, { op: 'netns-attach' | 'netns-detach' }>;

export function container(operation: NotOfNames): readonly Command[] {
  switch (operation.op) {
    case 'runtime-mark':
      return [{ argv: ip(operation.netns, 'link', 'property', 'add', 'dev', 'lo', 'altname', runtimeMark(RUNTIME, operation.lab)) }];
    case 'container-run':
      return [containerRun(operation)];
    case 'container-start':
      return [{ argv: [RUNTIME, 'start', operation.container] }];
    case 'container-remove':
      return [{ argv: [RUNTIME, 'rm', '--force', '--volumes', operation.container] }];
  }
}

function containerRun(operation: ContainerRun): Command {
  const { file, own } = environmentOf(operation);
  const stdin = file.length === 0 ? {} : { stdin: file.map((line) => `${line}\n`).join('') };
  return { argv: [RUNTIME, ...runWords(operation, '/dev/stdin')], environment: own, ...stdin };
}

export function netnsAttach(operation: Extract<ContainerOperation, { op: 'netns-attach' }>): readonly Command[] {
  const { netns, alias, altname } = operation;
  const pid = { prefix: '', output: [RUNTIME, 'inspect', '--format', '{{.State.Pid}}', operation.container] };
  return [
    { argv: ['ip', 'netns', 'attach', netns, pid] },
    { argv: ip(netns, 'link', 'set', 'dev', 'lo', 'alias', alias, 'up') },
    { argv: ip(netns, 'link', 'property', 'add', 'dev', 'lo', 'altname', altname) },
  ];
}
