/** What a bridge does with a port (BR_STATE_*, `if_bridge.h`). */
import { FORWARDING } from '../../kinds/link-attributes.js';
import { type DecodedLink, IFF_UP } from './links.js';

const IF_OPER_UP = 6;
/** Of links that know nothing of a carrier, as tunnels. */
const IF_OPER_UNKNOWN = 0;

const isUp = ({ flags }: DecodedLink): boolean => (flags & IFF_UP) !== 0;
const works = (port: DecodedLink): boolean => isUp(port) && (port.operState === IF_OPER_UP || port.operState === IF_OPER_UNKNOWN);

/**
 * A port that works forwards, in a bridge that is up and without a spanning tree, unless somebody has said otherwise
 * (`br_make_forwarding`). In all other cases the state says nothing, and is told to be the usual one.
 */
export function judgePortStates(links: readonly DecodedLink[]): void {
  const told = links.filter(({ attributes }) => attributes['port_state'] !== undefined);
  if (told.length === 0) return;
  const forwarding = new Set(links.filter((link) => isUp(link) && link.attributes['stp_state'] === false).map(({ name }) => name));
  for (const port of told) {
    if (!works(port) || !forwarding.has(String(port.attributes['master']))) port.attributes['port_state'] = FORWARDING;
  }
}
