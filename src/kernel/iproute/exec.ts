import type { ExecRun } from '../../model/operation.js';
import { commandFile, once, ONCE, PATH } from '../processes/script.js';
import { ip, type Command } from './command.js';

export function execRun({ netns, process, definition, altname }: ExecRun): readonly Command[] {
  return [
    { argv: ['env', '-i', `PATH=${PATH}`, `ONCE=${ONCE}`, `COMMAND=${commandFile(process, definition)}`, ...once(definition)] },
    { argv: ip(netns, 'link', 'property', 'add', 'dev', 'lo', 'altname', altname) },
  ];
}
