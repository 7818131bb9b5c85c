import type { Kernel, LabSummary } from '../kernel/kernel.js';
import { DiagnosticError, type Diagnostic } from '../model/diagnostic.js';
import { HOST } from '../model/state.js';
import { closest, didYouMean } from '../topology/suggest.js';

export interface NodePlace {
  readonly lab: string;
  readonly node: string;
  /** Name of its network namespace. */
  readonly netns: string;
}

export interface NodeQuestion {
  /** NODE or LAB.NODE. */
  readonly node: string;
  readonly lab: string | undefined;
  /** The lab to prefer where several have such a node: that of the file in the working directory. */
  readonly nearby: string | undefined;
}

/** Finds a node among the labs of this machine by the marks in the kernel; no file is needed. */
export function findNode(kernel: Pick<Kernel, 'labs'>, question: NodeQuestion): NodePlace {
  const { lab, node } = split(question);
  const labs = kernel.labs();
  const asked = labs.filter((each) => lab === undefined || each.lab === lab);
  const nodes = asked.flatMap(nodesOf);
  const found = nodes.filter((place) => place.node === node);
  const best = found.length > 1 ? found.filter((place) => place.lab === question.nearby) : found;
  if (best.length === 1) return best[0]!;
  throw new DiagnosticError([found.length > 1 ? ambiguous(node, found) : missing({ lab, node }, labs, nodes)]);
}

interface Split {
  readonly lab: string | undefined;
  readonly node: string;
}

/** No dot can be in the name of a node or a lab. */
function split({ node, lab }: NodeQuestion): Split {
  const dot = node.indexOf('.');
  return dot < 0 ? { lab, node } : { lab: node.slice(0, dot), node: node.slice(dot + 1) };
}

function nodesOf({ lab, nodes, joined = [] }: LabSummary): readonly NodePlace[] {
  return [...nodes, ...joined].map(({ node, netns }) => ({ lab, node, netns }));
}

function ambiguous(node: string, found: readonly NodePlace[]): Diagnostic {
  const names = found.map((place) => `${place.lab}.${place.node}`);
  return {
    code: 'ambiguous-node',
    severity: 'error',
    message: `several labs have a node ${node}: ${names.join(', ')}`,
    hint: `say which one, such as ${names[0]!}`,
  };
}

function missing({ node, lab }: Split, labs: readonly LabSummary[], nodes: readonly NodePlace[]): Diagnostic {
  return {
    code: 'no-such-node',
    severity: 'error',
    message: lab === undefined ? `no lab on this machine has a node ${node}` : `there is no node ${node} of a lab ${lab} on this machine`,
    hint: similar({ node, lab }, labs, nodes) ?? otherwise(labs),
  };
}

/** A node of the lab that is meant or, where there is no such lab, a lab. */
function similar({ node, lab }: Split, labs: readonly LabSummary[], nodes: readonly NodePlace[]): string | undefined {
  const known = labs.map((each) => each.lab);
  if (lab === undefined || known.includes(lab))
    return didYouMean(
      node,
      nodes.map((place) => place.node),
    );
  const close = closest(lab, known);
  return close === undefined ? undefined : `did you mean "${close}.${node}"?`;
}

function otherwise(labs: readonly LabSummary[]): string {
  return labs.length === 0
    ? 'there are no labs here: topo apply makes one; one in a sandbox is reached with --sandbox'
    : `topo list shows the labs and topo show their nodes; ${HOST} is this machine itself`;
}
