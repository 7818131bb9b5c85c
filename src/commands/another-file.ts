/** Whether the lab that a file is to destroy is that file's. */
import { otherFileOfThatName } from '../apply/same-lab.js';
import { DiagnosticError } from '../model/diagnostic.js';
import type { State } from '../model/state.js';
import { decode } from '../topology/decode.js';
import type { Context } from './context.js';
import { isLarge, nodesIn } from './engine.js';
import { checkFile } from './lab.js';
import { readTopologyFile } from './read-file.js';

/**
 * Ends in a DiagnosticError where the file has nothing of what is in the kernel. One that does not validate any more says no more
 * than the lab's name, and one with `moved` may have other names for all.
 */
export function refuseAnotherFile(argument: string | undefined, observed: State, context: Context): void {
  const file = readTopologyFile(argument, context);
  if (isLarge(nodesIn(file)) && isPlainlyHere(decode(file.file, file.bytes).text, observed)) return;
  const { lab } = checkFile(file, context);
  if (lab === null || lab.wanted.state.moves !== undefined) return;
  const other = otherFileOfThatName(lab.wanted.state, observed);
  if (other === null) return;
  const hint = `topo destroy --lab ${observed.lab} removes it, whichever file it is of`;
  throw new DiagnosticError([{ ...other, hint }]);
}

/** Thousands of nodes take a while to be understood. */
function isPlainlyHere(text: string, { lab, resources }: State): boolean {
  const nodes = [...resources.values()].filter(({ kind }) => kind === 'netns').map(({ netns }) => netns.slice(lab.length + 1));
  const words = new Set(text.match(/[\w.-]+/g));
  return nodes.length > 0 && nodes.every((node) => words.has(node));
}
