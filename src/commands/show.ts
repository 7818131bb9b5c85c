import { nothing } from '../apply/observe.js';
import { DiagnosticError } from '../model/diagnostic.js';
import { HOST } from '../model/state.js';
import { showOf } from '../report/show.js';
import { showText, showYaml } from '../report/show-text.js';
import type { Context } from './context.js';
import { openKernel } from './kernel.js';
import { shownLab } from './shown-lab.js';
import type { ShowArguments } from './options.js';
import { planAnyway } from './planned.js';
import { routingOf } from './routing.js';

/** What the kernel has: the file is asked for the lab's name at most. */
export async function run(args: ShowArguments, context: Context): Promise<number> {
  const kernel = openKernel();
  try {
    const { lab, node } = shownLab(args, kernel, context);
    const { state, observation } = planAnyway(kernel, nothing(lab)).observed;
    const routing = args.docker ? [] : await routingOf(lab, observation, node);
    const document = showOf(state, node, routing);
    if (document === null) throw new DiagnosticError([noSuchNode(lab, node ?? '')]);
    if (args.docker) {
      const { shownInDockersWords } = await import('./show-docker.js');
      // Who is at the other end of a node's links is seen in the whole lab.
      // Docker has no word for a host: what is there are the networks.
      const named = node === HOST ? undefined : node;
      context.stdout.write(await shownInDockersWords(showOf(state) ?? document, named, { format: args.format, color: context.color }));
      return 0;
    }
    if (args.format === 'json') context.stdout.write(`${JSON.stringify(document)}\n`);
    else if (args.format === 'yaml') context.stdout.write(await showYaml(document));
    else context.stdout.write(showText(document, { color: context.color, routing }));
    return 0;
  } finally {
    kernel.close();
  }
}

function noSuchNode(lab: string, node: string): DiagnosticError['diagnostics'][number] {
  return {
    code: 'unknown-node',
    severity: 'error',
    message: `the kernel has no node ${node} of the lab ${lab}`,
    hint: 'topo list shows the labs of this machine',
  };
}
