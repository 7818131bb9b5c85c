import { letSetgroupsPass } from '../kernel/netlink/setgroups.js';
import { DiagnosticError, type Diagnostic } from '../model/diagnostic.js';
import type { LinkObservation } from '../model/observation.js';
import { HOST } from '../model/state.js';
import { didYouMean } from '../topology/suggest.js';
import type { Context } from './context.js';
import { findNode } from './find-node.js';
import { runInNetns } from './in-node.js';
import { openKernel } from './kernel.js';
import { nearbyLab } from './lab.js';
import type { CaptureArguments } from './options.js';
import { whyNot } from '../kernel/program-file.js';

/** Packets of a node, as tcpdump shows or writes them; ends with its status. */
export async function run(args: CaptureArguments, context: Context): Promise<number> {
  if (whyNot('tcpdump', context.env['PATH']) !== null) throw new DiagnosticError([NO_TCPDUMP]);
  const { netns, device } = look(args, context);
  letSetgroupsPass();
  return runInNetns(netns, ['tcpdump', ...tcpdumpArguments(device, args)], context);
}

/** Where is captured; the machine's own namespace is `HOST`. */
interface Place {
  readonly netns: string;
  readonly device: string;
}

function look({ target, lab }: CaptureArguments, context: Context): Place {
  // No interface's name has a colon in it.
  const colon = target.indexOf(':');
  const node = colon < 0 ? target : target.slice(0, colon);
  const name = colon < 0 ? undefined : target.slice(colon + 1);
  const kernel = openKernel();
  try {
    const netns = node === HOST ? HOST : findNode(kernel, { node, lab, nearby: nearbyLab(context) }).netns;
    return { netns, device: deviceOf(node, name, kernel.look({ netns }).links) };
  } finally {
    kernel.close();
  }
}

/** tcpdump's pseudo-interface: all of the namespace at once. */
const ANY = 'any';

/** The one that is named, by an altname too; otherwise the only one besides lo, or all. */
export function deviceOf(node: string, name: string | undefined, links: readonly LinkObservation[]): string {
  if (name === undefined) {
    const others = links.filter((link) => link.name !== 'lo');
    return others.length > 1 ? ANY : (others[0]?.name ?? 'lo');
  }
  if (name === ANY) return ANY;
  const found = links.find((link) => link.name === name || link.altnames.includes(name));
  if (found === undefined) throw new DiagnosticError([unknownInterface(node, name, links)]);
  return found.name;
}

/**
 * Numbers, not names: a look-up would go out from the node, and wait for an answer. `-Z root`: Debian's tcpdump would become
 * another user, who may not write here and does not exist in a sandbox. Whoever looks on gets each packet at once; a file is
 * written in the kernel's larger blocks, which lose none when there are many.
 */
function tcpdumpArguments(device: string, { write, count, filter }: CaptureArguments): readonly string[] {
  return [
    ...['-i', device, '-n', '-Z', 'root'],
    ...(write === undefined ? ['-l'] : ['-U', '-w', write]),
    ...(write === undefined || write === '-' ? ['--immediate-mode'] : []),
    ...(count === undefined ? [] : ['-c', String(count)]),
    ...(filter.length === 0 ? [] : ['--', ...filter]),
  ];
}

function unknownInterface(node: string, name: string, links: readonly LinkObservation[]): Diagnostic {
  const names = links.map((link) => link.name);
  const there = names.length === 0 ? 'it has none' : `there ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}`;
  return {
    code: 'no-such-interface',
    severity: 'error',
    message: `${node} has no interface ${name}: ${there}`,
    hint: didYouMean(name, names) ?? `${ANY} stands for all of them`,
  };
}

const NO_TCPDUMP: Diagnostic = {
  code: 'no-tcpdump',
  severity: 'error',
  message: 'there is no program tcpdump, which capture runs',
  hint: 'install the package tcpdump',
};
