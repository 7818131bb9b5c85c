/** Whose children macvlan links are: the kernel gives an index, and the number of the namespace where that counts. */
import type { LinkObservation, NetnsObservation } from '../../model/observation.js';
import { HOST } from '../../model/state.js';
import { NO_NSID, nsidsOf } from './nsids.js';
import type { Sessions } from './sessions.js';

/** All that may be asked: each namespace by its name. */
type Places = ReadonlyMap<string, NetnsObservation>;

const isChild = ({ type }: LinkObservation): boolean => type === 'macvlan';

/** The same observations, with the parents of macvlan links; the host comes first. */
export function withParents<N extends NetnsObservation>(sessions: Sessions, all: readonly N[]): readonly N[] {
  if (!all.some(({ links }) => links.some(isChild))) return all;
  const places: Places = new Map(all.map((ns) => [ns.netns, ns]));
  // Those that have turned out to hold parents: most often one, whoever asks.
  const likely = new Set<string>([HOST]);
  const found = all.map((ns) =>
    ns.links.some(isChild) ? { ...ns, links: ns.links.map((link) => withParent(sessions, places, likely, ns, link)) } : ns,
  );
  sessions.closeFiles();
  return found;
}

function withParent(sessions: Sessions, places: Places, likely: Set<string>, ns: NetnsObservation, link: LinkObservation): LinkObservation {
  if (!isChild(link)) return link;
  const netns = (link.linkNetnsId ?? NO_NSID) === NO_NSID ? ns.netns : placeOf(sessions, places, likely, ns.netns, link.linkNetnsId!);
  const name = netns === undefined ? undefined : places.get(netns)?.links.find(({ index }) => index === link.link)?.name;
  if (netns === undefined || name === undefined) return link;
  likely.add(netns);
  return { ...link, parent: { netns, name } };
}

/** The namespace that has that number in another one. */
function placeOf(sessions: Sessions, places: Places, likely: ReadonlySet<string>, from: string, nsid: number): string | undefined {
  const session = sessions.get(from);
  if (typeof session === 'string') return undefined;
  const among = (names: readonly string[]): string | undefined => {
    const numbers = nsidsOf(
      session.socket,
      names.map((netns) => sessions.fd(netns)),
    );
    return names[numbers.indexOf(nsid)];
  };
  const first = [...likely];
  return among(first) ?? among([...places.keys()].filter((netns) => !likely.has(netns) && netns !== from));
}
