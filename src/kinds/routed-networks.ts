/** Networks of driver calico, by the rules of a host: each of their nodes is reached by whoever has a route to it. */
import type { OpenNetwork } from '../model/exposure.js';
import type { PropValue, Resource, ResourceId } from '../model/state.js';

/** `"cali5aef62e6270" : jump arriving-from-pods`: what a node may send is asked at its own interface, and not at a bridge. */
const ARRIVAL = /^"(.+)" : jump arriving-from-(.+)$/;
/** Of an internal one nothing leaves, and so nothing is answered. */
const INTERNAL = /^ip6? daddr != \S+ drop/;

/** Without the rules they are open just so, where an interface is there; nodes of internal ones have no way back even then. */
export function routedNetworks(
  { netns, props }: Resource,
  has: (id: ResourceId) => boolean,
  isThere: (netns: string, name: string) => boolean = () => true,
): readonly OpenNetwork[] {
  const networks = new Set<string>();
  for (const text of textsIn(props['map arrival-from'])) {
    const [, name = '', network = ''] = ARRIVAL.exec(text) ?? [];
    if (network !== '' && !has(`bridge:${netns}/${name}`) && isThere(netns, name)) networks.add(network);
  }
  return [...networks].flatMap((network) =>
    textsIn(props[`chain from-${network}`]).some((text) => INTERNAL.test(text)) ? [] : [{ network, routed: true }],
  );
}

const textsIn = (field: PropValue | undefined): readonly string[] =>
  ((field as { readonly rules?: readonly { readonly text: string }[] } | null | undefined)?.rules ?? []).map(({ text }) => text);
