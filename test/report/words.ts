import { kindOf } from '../../src/kinds/index.js';
import { commandText } from '../../src/kernel/iproute/script.js';
import type { CommandText, Words } from '../../src/report/words.js';

/** As the commands wire them. */
export const words: Words = {
  title: (resource) => kindOf(resource.kind).title(resource),
  defaults: (resource) => kindOf(resource.kind).defaults(resource),
  isTable: ({ kind }) => kindOf(kind).isTable === true,
};

export const command: CommandText = commandText;
