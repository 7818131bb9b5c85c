import { joinedNodes } from '../../model/lo-marks.js';
import { parseMark } from '../../model/names.js';
import { PROCESS_DIRECTORY } from '../../model/process.js';
import { HOST } from '../../model/state.js';
import { namesIn } from '../folder.js';
import type { LabSummary } from '../kernel.js';
import { dumpNetns } from './observe-netns.js';
import { readLink } from './read-link.js';
import type { Sessions } from './sessions.js';

interface LabParts {
  readonly namespaces: string[];
  readonly nodes: { readonly node: string; readonly netns: string }[];
  readonly hostLinks: string[];
  readonly joined: { readonly node: string; readonly netns: string }[];
}

/** All labs of the machine: namespaces by their lo, and links of the host. */
export function observeLabs(sessions: Sessions): readonly LabSummary[] {
  const labs = new Map<string, LabParts>();
  const of = (lab: string): LabParts => {
    const known = labs.get(lab) ?? { namespaces: [], nodes: [], hostLinks: [], joined: [] };
    labs.set(lab, known);
    return known;
  };
  const addJoined = (netns: string, altnames: readonly string[]): void => {
    for (const { lab, node } of joinedNodes(altnames)) of(lab).joined.push({ node, netns });
  };
  sessions.visit(sessions.names(), ({ netns, socket }) => {
    const lo = readLink(socket, 'lo');
    const owner = parseMark(lo?.alias ?? '');
    if (owner === null) return;
    of(owner.lab).namespaces.push(netns);
    of(owner.lab).nodes.push({ node: owner.object, netns });
    addJoined(netns, lo?.altnames ?? []);
  });
  for (const link of dumpNetns(sessions.host().socket).links) {
    if (link.name === 'lo') addJoined(HOST, link.altnames);
    const lab = parseMark(link.alias)?.lab;
    if (lab !== undefined) of(lab).hostLinks.push(link.name);
  }
  // Of some only processes are left.
  namesIn(PROCESS_DIRECTORY).forEach(of);
  return [...labs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([lab, parts]) => ({ lab, ...parts }));
}
