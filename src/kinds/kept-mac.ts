/**
 * A MAC address that the file leaves open stays as it is where a link is taken over or moved, for a new one would cut off whoever has
 * the old one in his tables. An altname of the link says which it was; with another MAC address, or one in the file, it says nothing.
 */
import type { LinkObservation } from '../model/observation.js';
import type { Operation } from '../model/operation.js';
import type { PropValue, Resource } from '../model/state.js';

/** Of a desired link: prefixes of the ends (`''`, `peer_`) whose MAC addresses are derived. */
export interface DerivedMacs {
  readonly derivedMacs: readonly string[];
}

/** Of an observed one: what is to be remembered before anything else is changed. */
interface KeptMacs {
  readonly keeps: readonly Operation[];
}

const PREFIX = 'mac:';
/** A bridge may have the MAC address of a port, and no two links of a namespace can have one name. */
const altnameOf = (mac: string, link: string): string => `${PREFIX}${mac.replaceAll(':', '')}.${link}`;
const isFor = (altname: string, mac: string): boolean => altname.startsWith(altnameOf(mac, ''));
export const isKeptMac = (altname: string): boolean => altname.startsWith(PREFIX);

/** A link's other names, as people know them. */
export const readableNames = ({ altnames }: LinkObservation): readonly string[] => altnames.filter((altname) => !isKeptMac(altname)).sort();

/** The MAC address as a plan is to compare it. */
export function comparedMac(link: LinkObservation | undefined, wanted: Resource | undefined, prefix = ''): PropValue {
  const mac = link?.attributes['mac'] ?? null;
  if (link === undefined || wanted === undefined || !isDerived(wanted, prefix)) return mac;
  const isKept = link.claimed !== undefined || link.altnames.some((altname) => isFor(altname, String(mac)));
  return isKept ? (wanted.props[`${prefix}mac`] ?? null) : mac;
}

const isDerived = ({ definition }: Resource, prefix: string): boolean =>
  (definition as Partial<DerivedMacs> | undefined)?.derivedMacs?.includes(prefix) === true;

/** What a claimed link has besides, so that its update writes it; nothing for any other. */
export function keptMac(
  ends: readonly { readonly netns: string; readonly link: LinkObservation; readonly prefix: string }[],
  wanted: Resource | undefined,
): { readonly definition?: KeptMacs; readonly unrecorded?: boolean } {
  const keeps = ends.flatMap(({ netns, link, prefix }): readonly Operation[] => {
    const mac = String(link.attributes['mac']);
    if (link.claimed === undefined || wanted === undefined || !isDerived(wanted, prefix)) return [];
    if (link.altnames.some((altname) => isFor(altname, mac))) return [];
    const { name } = link;
    // Only one that was set stays (a bridge has that of a port otherwise).
    const set: readonly Operation[] = link.type === 'bridge' ? [{ op: 'link-set', netns, name, attributes: { mac } }] : [];
    return [...set, { op: 'altname-add', netns, name, altname: altnameOf(mac, name) }];
  });
  return keeps.length === 0 ? {} : { definition: { keeps }, unrecorded: true };
}

export const keepMac = ({ definition }: Resource): readonly Operation[] => (definition as Partial<KeptMacs> | undefined)?.keeps ?? [];
