import type { Wanted } from '../apply/observe.js';
import { DiagnosticError, type Diagnostic, type Sources } from '../model/diagnostic.js';
import type { Topology } from '../model/topology.js';
import { expand } from '../networks/expand.js';
import { labNameOf } from '../topology/lab-name.js';
import { loadTopology, type TopologyFile } from '../topology/load.js';
import type { Context } from './context.js';
import { nodesIn, prepareEngine } from './engine.js';
import { readTopologyFile } from './read-file.js';

/** A lab as its file wants it. */
export interface Lab {
  readonly wanted: Wanted;
  /** For excerpts in messages. */
  readonly sources: Sources;
}

/** The same, straight from the file. */
export interface ReadLab extends Lab {
  readonly topology: Topology;
  /** Files that it includes, as the user would name them. */
  readonly included: readonly string[];
}

export interface Checked {
  /** As in the lab, also where there is none. */
  readonly included: readonly string[];
  readonly lab: ReadLab | null;
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: Sources;
}

/** All that can be said of a file without a kernel. */
export function checkFile(file: TopologyFile, context: Context): Checked {
  prepareEngine(nodesIn(file));
  return checkAgain(file, context);
}

/** The same in a program that goes on. */
export function checkAgain(file: TopologyFile, context: Context): Checked {
  const loaded = loadTopology(file, context.env);
  const { topology, diagnostics } = loaded;
  const sources: Sources = { get: (name) => (name === file.file ? loaded.text : loaded.textOf(name)) };
  const { included } = loaded;
  if (topology === null) return { lab: null, diagnostics, sources, included };
  const { state, observe, diagnostics: more } = expand(topology);
  const all = [...diagnostics, ...more];
  const failed = all.some((diagnostic) => diagnostic.severity === 'error');
  return { lab: failed ? null : { wanted: { state, observe }, topology, sources, included }, diagnostics: all, sources, included };
}

/** The lab of a file; all errors of the file end in one DiagnosticError. */
export function labOf(file: TopologyFile, context: Context): ReadLab {
  const { lab, diagnostics, sources } = checkFile(file, context);
  if (lab === null) throw new DiagnosticError(diagnostics, sources);
  return lab;
}

/** The same, with what is somebody else's and in the way taken over. */
export const adopting = (lab: Lab, adopt: boolean | undefined): Lab =>
  adopt === true ? { ...lab, wanted: { ...lab.wanted, adopt } } : lab;

/** Only the name, also of a file that does not validate any more. */
export function labNameFrom(argument: string | undefined, context: Context): string {
  const file = readTopologyFile(argument, context);
  const { name, diagnostics, text } = labNameOf(file, context.env);
  if (name === null) throw new DiagnosticError(diagnostics, new Map([[file.file, text]]));
  return name;
}

/** The name of the lab whose file is in the working directory, if there is one that says so. */
export function nearbyLab(context: Context): string | undefined {
  try {
    return labNameFrom(undefined, context);
  } catch (error) {
    if (error instanceof DiagnosticError) return undefined;
    throw error;
  }
}
