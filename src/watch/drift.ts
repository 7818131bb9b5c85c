/** What differs between a lab and its file, as the plan that would put it right says it. */
import type { Plan } from '../model/plan.js';
import type { DriftObject } from '../model/watch-event.js';
import { blocksOf, resourceOf, type Block } from '../report/blocks.js';
import { conditionOf } from '../report/status.js';
import type { Words } from '../report/words.js';

/** Without objects that would be made anew only because of others: they are as they should be. */
export function driftOf(plan: Plan, words: Words): readonly DriftObject[] {
  return blocksOf(plan).flatMap((block) => objectOf(block, words));
}

function objectOf(block: Block, words: Words): readonly DriftObject[] {
  const status = conditionOf(block);
  if (status === 'ok') return [];
  const resource = resourceOf(block);
  const { id, kind, netns, path, at } = resource;
  return [
    {
      id,
      kind,
      netns,
      title: words.title(resource),
      status,
      fields: block.fields.map(({ field, from, to }) => ({ field, from, to })),
      ...(path === undefined ? {} : { path }),
      ...(at === undefined ? {} : { at }),
    },
  ];
}

/** Equal where nothing new is to be told; what a file says elsewhere in other lines is nothing new. */
export function fingerprint(objects: readonly DriftObject[]): string {
  return JSON.stringify(objects.map(({ id, status, fields }) => [id, status, fields]));
}
