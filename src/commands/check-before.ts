import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { DiagnosticError } from '../model/diagnostic.js';
import { beginsLikePlan } from './begins-like-plan.js';
import type { Context } from './context.js';
import { checkAgain } from './lab.js';
import type { Chosen } from './program.js';
import { readTopologyFile } from './read-file.js';

/** Commands whose operand is a topology. */
const OF_A_FILE = new Set(['plan', 'apply', 'status']);

/** Throws what is wrong with the file of the command, before there is anything that it could be done in. */
export function checkBefore({ name, operands: [file] }: Chosen, context: Context): void {
  if (!OF_A_FILE.has(name) || (file !== undefined && !canBeReadAgain(file, context))) return;
  const { lab, diagnostics, sources } = checkAgain(readTopologyFile(file, context), context);
  if (lab === null) throw new DiagnosticError(diagnostics, sources);
}

/** A pipe can be read once, and what a saved plan says of the machine only the machine can tell. */
function canBeReadAgain(file: string, { cwd }: Context): boolean {
  if (file === '-') return false;
  const path = resolve(cwd, file);
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined || stat.isDirectory() || (stat.isFile() && !beginsLikePlan(path));
}
