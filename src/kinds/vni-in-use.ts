/** Somebody else's vxlan link with the number and the port of one of the lab's. */
import type { Diagnostic } from '../model/diagnostic.js';
import { parseMark } from '../model/names.js';
import type { LinkObservation, NetnsObservation } from '../model/observation.js';
import { HOST, type Resource } from '../model/state.js';
import { EVERYBODY } from './fdb.js';
import type { FindContext } from './kind.js';
import { containerNamespaces, elsewhere, isOwnLink } from './ownership.js';

/**
 * A namespace takes one link for each number, port and family (`vxlan_config_validate`). In the lab's own namespaces a
 * stranger goes before; elsewhere it is in the way.
 */
export function vniConflicts({ observation, desired }: FindContext): readonly Diagnostic[] {
  const shared = [observation.host, ...containerNamespaces(observation, desired.lab)];
  return shared.flatMap((ns) => {
    const strangers = ns.links.filter((link) => link.type === 'vxlan' && !isOwnLink(link, desired.lab));
    if (strangers.length === 0) return [];
    const wanted = [...desired.resources.values()].filter(({ kind, netns }) => kind === 'vxlan' && netns === ns.netns);
    return wanted.flatMap((resource) => {
      const other = strangers.find((link) => link.name !== resource.props['name'] && meets(ns, link, resource));
      return other === undefined ? [] : [inUse(ns, other, resource)];
    });
  });
}

function meets(ns: NetnsObservation, link: LinkObservation, { props }: Resource): boolean {
  const { vni, dstport } = link.attributes;
  return vni === props['vni'] && dstport === props['dstport'] && isOfIpv6(ns, link) === String(props['local']).includes(':');
}

/** One without a local address is of the family of where it sends to. */
function isOfIpv6({ fdb = [] }: NetnsObservation, { name, attributes }: LinkObservation): boolean {
  const local = String(attributes['local'] ?? '');
  const remote = fdb.find(({ dev, mac }) => dev === name && mac === EVERYBODY)?.dst ?? '';
  return `${local}${remote}`.includes(':');
}

const OTHER = 'a namespace takes one such link: give this network another vni or port';

function inUse({ netns }: NetnsObservation, link: LinkObservation, { props, at }: Resource): Diagnostic {
  const owner = parseMark(link.alias)?.lab;
  const where = netns === HOST ? '' : ` in ${netns}`;
  return {
    code: 'vni-in-use',
    severity: 'error',
    message: `the vxlan link ${link.name}${where} has vni ${String(props['vni'])} on port ${String(props['dstport'])} already, and ${owner === undefined ? "is not marked as topo's" : `belongs to the lab ${owner}`}`,
    ...(at === undefined ? {} : { at }),
    hint: owner === undefined ? `${OTHER}, or remove that link yourself` : elsewhere(OTHER, owner),
  };
}
