/** Processes of a node that gets another name: they go on, and their records with them. */
import { existsSync, renameSync, symlinkSync } from 'node:fs';
import type { Operation } from '../../model/operation.js';
import { ownerFolder } from '../../model/process.js';
import type { Outcome } from '../kernel.js';
import { forgetFormer, recordsOf, writeDefinition } from './record.js';

/** A link stands where the records were: what runs writes there how it ended. */
export function moveRecords({ netns, lab, owner, to, was }: Extract<Operation, { op: 'process-move' }>): Outcome {
  forgetFormer(lab, to);
  if (!existsSync(ownerFolder(lab, to))) {
    renameSync(ownerFolder(lab, owner), ownerFolder(lab, to));
    symlinkSync(to, ownerFolder(lab, owner));
  }
  for (const { key, definition } of recordsOf(lab))
    if (key.owner === to && definition?.netns === was) writeDefinition(key, { ...definition, netns });
  return { ok: true };
}
