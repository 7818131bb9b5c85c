import type { ActionFailed } from '../model/event.js';
import type { Paint } from './style.js';
import { printable } from './width.js';
import type { CommandText } from './words.js';

/** What the kernel refused: the object, its sentence, the line of the file, the command that would have done it. */
export function failureLines(event: ActionFailed, title: string, command: CommandText | undefined, paint: Paint): string[] {
  const { errno, message, at, operation } = event;
  return [
    `${paint('red', `error[${errno}]:`)} ${title}: ${printable(message)}`,
    ...(at === undefined ? [] : [`  --> ${printable(at.file)}:${at.line}:${at.column}`]),
    ...(command === undefined
      ? []
      : command(operation)
          .split('\n')
          .map((line, i) => `  ${i === 0 ? 'by hand: ' : '         '}${printable(line)}`)),
  ];
}
