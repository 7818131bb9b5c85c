/** What the program makes of a file, without a kernel: all that can be asked of it, and what it may not do with it. */
import { kindOf } from '../../../src/kinds/index.js';
import { planScript } from '../../../src/kernel/iproute/script.js';
import type { Diagnostic, Sources } from '../../../src/model/diagnostic.js';
import type { State } from '../../../src/model/state.js';
import { expand } from '../../../src/networks/expand.js';
import { plan } from '../../../src/plan/plan.js';
import { formatDiagnostics } from '../../../src/report/diagnostics.js';
import { planJson } from '../../../src/report/plan-json.js';
import { planText } from '../../../src/report/plan-text.js';
import type { ReadIncluded } from '../../../src/topology/include.js';
import { labNameOf } from '../../../src/topology/lab-name.js';
import { loadTopology } from '../../../src/topology/load.js';

export interface Verdict {
  readonly accepted: boolean;
  readonly diagnostics: readonly Diagnostic[];
  /** The state that it asks for, if it is accepted. */
  readonly state?: State;
}

const VARIABLES = { PATH: '/usr/bin', SUBNET: '10.50.0.0/24' };
const WORDS = {
  title: (resource: Parameters<ReturnType<typeof kindOf>['title']>[0]) => kindOf(resource.kind).title(resource),
  defaults: (resource: Parameters<ReturnType<typeof kindOf>['defaults']>[0]) => kindOf(resource.kind).defaults(resource),
  isTable: ({ kind }: Parameters<ReturnType<typeof kindOf>['title']>[0]) => kindOf(kind).isTable === true,
};

/** What there is to include, by the names that the schema has as examples. */
const INCLUDED: { readonly [path: string]: string } = {
  'networks.yaml': 'networks: { lan: { subnet: 10.77.0.0/24 }, back: {} }\n',
  'racks/one.yaml': 'include: [../networks.yaml, ../topo.yaml]\nnodes: { r1: { networks: [lan], sysctls: { net.ipv4.ip_forward: 3 } } }\n',
};

const include: ReadIncluded = (path) =>
  Object.hasOwn(INCLUDED, path) ? { file: path, bytes: new TextEncoder().encode(INCLUDED[path]) } : { problem: `there is no file ${path}` };

/** Throws what the program throws; that is always an error of the program. */
export async function judge(text: string): Promise<Verdict> {
  const file = { file: 'f.yaml', bytes: new TextEncoder().encode(text), include };
  const { topology, diagnostics, text: decoded, textOf } = loadTopology(file, VARIABLES);
  const sources: Sources = { get: (name) => (name === file.file ? decoded : textOf(name)) };
  labNameOf(file, VARIABLES);
  if (topology === null) return refused(diagnostics, sources);
  const { state, diagnostics: more } = expand(topology);
  const all = [...diagnostics, ...more];
  if (all.some(({ severity }) => severity === 'error')) return refused(all, sources);
  const observed: State = { lab: state.lab, resources: new Map() };
  const made = plan(state, observed, kindOf);
  await planText(made, WORDS, { color: true, verbose: true });
  await planText(made, WORDS, { color: false, verbose: false });
  planJson(made);
  planScript(made, WORDS.title);
  const again = plan(state, state, kindOf);
  if (again.actions.length > 0) throw new Error(`equal to itself it is not: ${again.actions.map(({ id }) => id).join(' ')}`);
  plan(observed, state, kindOf);
  return { accepted: true, diagnostics: all, state };
}

/** Each with a place in the file. */
function refused(diagnostics: readonly Diagnostic[], sources: Sources): Verdict {
  if (!diagnostics.some(({ severity }) => severity === 'error')) throw new Error('refused, and nothing said');
  for (const { code, at, message } of diagnostics) {
    const lines = (at === undefined ? undefined : sources.get(at.file))?.split('\n').length ?? 0;
    const placed = at !== undefined && at.line > 0 && at.line <= lines && at.column > 0 && at.length > 0;
    if (!placed) throw new Error(`${code} has no place in the file: ${message}`);
  }
  formatDiagnostics(diagnostics, sources, { color: true });
  return { accepted: false, diagnostics };
}
