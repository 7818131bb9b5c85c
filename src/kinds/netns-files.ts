/** The link in /etc/netns by which processes of a namespace see files of their own. */
import type { Diagnostic } from '../model/diagnostic.js';
import { parseMark } from '../model/names.js';
import { ETC_NETNS, parseSetFolder, setFolder } from '../model/node-files.js';
import type { NodeFilesObservation } from '../model/observation.js';
import type { Resource, State } from '../model/state.js';

/** The set of the lab that a link leads to; '' for another one. */
export function setOf(link: string | null | undefined, lab: string): string {
  const place = typeof link === 'string' ? parseSetFolder(link) : null;
  return place?.lab === lab ? place.set : '';
}

/** Where the namespace's link leads; '' for none. */
export function filesOf({ props }: Resource): string {
  const lab = parseMark(String(props['mark']))?.lab ?? '';
  return props['names'] === '' ? '' : setFolder(lab, String(props['names']));
}

const HINT = 'with `dns: none` on its networks a node has no files of its own';

/** Names in /etc/netns that are wanted and cannot be had. */
export function refusedLinks({ links, refusal }: NodeFilesObservation, desired: State): readonly Diagnostic[] {
  const wanted = [...desired.resources.values()].filter(
    ({ kind, netns, props }) => kind === 'netns' && props['names'] !== '' && setOf(links.get(netns), desired.lab) === '',
  );
  const [first] = wanted;
  if (first !== undefined && refusal !== null)
    return [conflict('no-etc-netns', `nothing can be put into ${ETC_NETNS}: ${refusal}`, first, HINT)];
  return wanted.flatMap((resource) => {
    const link = links.get(resource.netns);
    if (link === undefined || (link !== null && parseSetFolder(link) !== null)) return [];
    const message = `${ETC_NETNS}/${resource.netns} exists already and is not topo's: the node's names would be there`;
    return [conflict('foreign-names', message, resource, `remove it, or choose another netns; ${HINT}`)];
  });
}

function conflict(code: string, message: string, { at }: Resource, hint: string): Diagnostic {
  return { code, severity: 'error', message, ...(at === undefined ? {} : { at }), hint };
}
