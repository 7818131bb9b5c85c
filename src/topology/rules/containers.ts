import type { SourceRange } from '../../model/diagnostic.js';
import { inEnvFile, RUNTIMES_OWN } from '../../model/container.js';
import type { Container, Node } from '../../model/topology.js';
import { quote } from '../report.js';
import type { Rule, RuleContext } from './rule.js';

export const containers: Rule = {
  name: 'containers',
  codes: ['container-and-image', 'container-twice', 'container-key', 'container-joins-node', 'bad-value'],
  check(context) {
    const { topology } = context;
    for (const node of topology.nodes) {
      if (node.container !== undefined) refuseJoin(context, node);
      if (node.container !== undefined) refuseValues(context, node, node.container);
      if (node.attach !== undefined) refuseKeys(context, node);
    }
    refuseTwice(context);
  },
};

/** A runtime joins containers only; a namespace with a name of its own it does not know. */
function refuseJoin({ report, nodes }: RuleContext, node: Node): void {
  const seen = new Set<Node>();
  let owner: Node | undefined = node;
  while (owner?.joins !== undefined && !seen.has(owner)) {
    seen.add(owner);
    if (owner.joins.kind === 'node') owner = nodes.get(owner.joins.node);
    else if (owner.joins.kind === 'host' && owner.host !== undefined) owner = nodes.get(owner.host.name);
  }
  if (owner === undefined || owner === node || owner.joins !== undefined || owner.container !== undefined || owner.attach !== undefined)
    return;
  const message = `node ${node.name} is a container and joins ${owner.name}, which is none: container runtimes join containers only`;
  report('container-joins-node', node.joins?.at ?? node.at, message, {
    hint: `make the container own the namespace, and let ${owner.name} join it: network_mode: node:${node.name}`,
  });
}

/** A value of several lines is handed over in the environment of the runtime's own command line. */
function refuseValues({ report, place }: RuleContext, node: Node, { environment }: Container): void {
  for (const [name, value] of Object.entries(environment)) {
    if (inEnvFile(value) || (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !RUNTIMES_OWN.test(name) && value.length < 100_000)) continue;
    const message = `the value of ${quote(name)} of node ${node.name} has several lines, or is too long, and cannot be handed over`;
    report('bad-value', place(node, 'environment'), message, { hint: 'use a file (volumes), or another name for the variable' });
  }
}

/** What topo cannot tell from the container's own, it would have to leave behind. */
function refuseKeys({ report, place, isWritten }: RuleContext, node: Node): void {
  const at = place(node, 'container');
  const related = [{ message: 'container is here', at }];
  const tell = (key: string, keyAt: SourceRange, hint: string) => {
    report('container-key', keyAt, `node ${node.name} is the container ${node.attach ?? ''}, and has ${key}`, { hint, related });
  };
  if (node.container !== undefined) {
    const message = `node ${node.name} has an image to start and a container that runs`;
    report('container-and-image', at, message, { hint: 'keep image for a container that topo starts, container for somebody else’s' });
  }
  if (isWritten(node, 'network_mode')) tell('network_mode', place(node, 'network_mode'), 'keep one of the two');
  if (isWritten(node, 'ignore'))
    tell('ignore', place(node, 'ignore'), 'remove it: what topo did not make in a container is left alone anyway');
  const lo = node.interfaces.find(({ name }) => name === 'lo');
  if (lo !== undefined) tell('settings of lo', lo.at, 'remove them: lo is the container’s own');
}

function refuseTwice({ topology, report, place }: RuleContext): void {
  const first = new Map<string, SourceRange>();
  for (const node of topology.nodes) {
    if (node.attach === undefined) continue;
    const at = place(node, 'container');
    const before = first.get(node.attach);
    if (before === undefined) {
      first.set(node.attach, at);
      continue;
    }
    const related = [{ message: 'the first is here', at: before }];
    const hint = `for a node in the same namespace write network_mode: container:${node.attach}`;
    report('container-twice', at, `two nodes are the container ${quote(node.attach)}`, { hint, related });
  }
}
