/** Names that are another link's altnames: a namespace has each name once, of whichever sort (`dev_get_by_name`). */
import type { Diagnostic } from '../model/diagnostic.js';
import type { LinkObservation, NetnsObservation } from '../model/observation.js';
import { parseMark } from '../model/names.js';
import type { Resource } from '../model/state.js';
import { foreign } from './ownership.js';

/** Whether a link is the lab's. */
type IsOwn = (netns: string, name: string) => boolean;
/** What a resource would be called, and where. */
type NamesOf = (resource: Resource) => readonly { readonly netns: string; readonly name: string }[];

export function takenAltnames(
  namespaces: readonly NetnsObservation[],
  wanted: Iterable<Resource>,
  isOwn: IsOwn,
  namesOf: NamesOf,
): readonly Diagnostic[] {
  const taken = new Map<string, LinkObservation>();
  for (const { netns, links } of namespaces) {
    for (const link of links) {
      // Those of lo are what topo remembers.
      if (link.altnames.length === 0 || link.name === 'lo' || isOwn(netns, link.name)) continue;
      for (const name of link.altnames) taken.set(`${netns}/${name}`, link);
    }
  }
  if (taken.size === 0) return [];
  return [...wanted].flatMap((resource) => {
    const altnames = (resource.props['altnames'] as readonly string[] | undefined) ?? [];
    const places = [...namesOf(resource), ...altnames.map((name) => ({ netns: resource.netns, name }))];
    return places.flatMap(({ netns, name }) => {
      const link = taken.get(`${netns}/${name}`);
      if (link === undefined) return [];
      const what = `a link with the altname ${name}, ${link.name},`;
      return [foreign('foreign-link', what, resource, parseMark(link.alias)?.lab ?? null, 'an altname is not taken over')];
    });
  });
}
