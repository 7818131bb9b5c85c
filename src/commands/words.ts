import { kindOf } from '../kinds/index.js';
import type { Words } from '../report/words.js';

/** What the kinds know of their objects, for the reports. */
export const WORDS: Words = {
  title: (resource) => kindOf(resource.kind).title(resource),
  defaults: (resource) => kindOf(resource.kind).defaults(resource),
  isTable: ({ kind }) => kindOf(kind).isTable === true,
};
