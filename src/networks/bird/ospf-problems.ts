/** Routers that share a link or a network and would never become neighbours of OSPF: what they say in their hellos has to be the same. */
import type { Diagnostic } from '../../model/diagnostic.js';
import { DRIVERS } from '../../model/driver.js';
import type { OspfInterface } from '../../model/routing.js';
import type { LabNode } from '../lab.js';
import { ospfTypeOf } from './ospf.js';
import { standingsOf } from './segments.js';

interface Speaker {
  readonly node: LabNode;
  readonly settings: OspfInterface;
  /** What a neighbour has to agree with (RFC 2328, 10.5), by the words of the file. */
  readonly terms: ReadonlyMap<string, string>;
}

export function ospfProblems(nodes: readonly LabNode[]): readonly Diagnostic[] {
  const bySegment = [...speakersBySegment(nodes).values()];
  return [...bySegment.flatMap((speakers) => [...lonely(speakers), ...unwatched(speakers)]), ...unheard(nodes)];
}

function speakersBySegment(nodes: readonly LabNode[]): ReadonlyMap<string, readonly Speaker[]> {
  const segments = new Map<string, Speaker[]>();
  for (const node of nodes) {
    const segmentOf = new Map(standingsOf(node).map(({ on, segment }) => [on, segment]));
    for (const { id, interfaces } of node.node.routing?.ospf?.areas ?? []) {
      for (const settings of interfaces) {
        const segment = segmentOf.get(settings.name);
        if (segment === undefined || settings.passive) continue;
        const { hello, dead } = settings;
        const terms = new Map(Object.entries({ area: id, hello: `${hello}`, dead: `${dead}`, type: ospfTypeOf(node, settings) }));
        segments.set(segment, [...(segments.get(segment) ?? []), { node, settings, terms }]);
      }
    }
  }
  return segments;
}

/** Those that agree with nobody there; where that are all of them, the first one is the measure. */
function lonely(speakers: readonly Speaker[]): readonly Diagnostic[] {
  if (speakers.length < 2) return [];
  const alone = speakers.filter((one) => speakers.every((other) => other === one || differences(one, other).length > 0));
  const [measure] = alone.length === speakers.length ? speakers : speakers.filter((one) => !alone.includes(one));
  return alone.flatMap((one) => (one === measure || measure === undefined ? [] : [strangers(one, measure)]));
}

function differences({ terms }: Speaker, other: Speaker): readonly string[] {
  return [...terms].flatMap(([term, value]) => {
    const theirs = other.terms.get(term) ?? '';
    return value === theirs ? [] : [`${term} ${value} and ${theirs}`];
  });
}

function strangers(one: Speaker, other: Speaker): Diagnostic {
  const [own, theirs] = [one.node.node.name, other.node.node.name];
  return {
    code: 'ospf-mismatch',
    severity: 'error',
    message: `${own} on ${one.settings.name} and ${theirs} on ${other.settings.name} would never be neighbours of OSPF: ${differences(one, other).join(', ')}`,
    at: one.settings.at,
    hint: 'both sides of a link, and all of a network, need the same; or write { passive: true } to announce its subnet only',
    related: [{ message: `${theirs}'s is here`, at: other.settings.at }],
  };
}

/** With BFD, and among neighbours none of which has it: nobody answers. */
function unwatched(speakers: readonly Speaker[]): readonly Diagnostic[] {
  return speakers.flatMap((one): readonly Diagnostic[] => {
    const neighbours = speakers.filter((other) => other !== one && differences(one, other).length === 0);
    const [first] = neighbours;
    if (!one.settings.bfd || first === undefined || neighbours.some(({ settings }) => settings.bfd)) return [];
    const [own, theirs] = [one.node.node.name, neighbours.map(({ node }) => node.node.name).join(', ')];
    return [
      {
        code: 'ospf-bfd-mismatch',
        severity: 'error',
        message: `${own} has bfd on ${one.settings.name}, and none of its neighbours there (${theirs}): it would do nothing, for nobody answers`,
        at: one.settings.at,
        hint: 'write bfd: true on the other side as well, or take it away here',
        related: [{ message: `${first.node.node.name}'s is here`, at: first.settings.at }],
      },
    ];
  });
}

/** Hellos are multicast: of those on other hosts than the first one, where the network carries none between hosts. */
function unheard(nodes: readonly LabNode[]): readonly Diagnostic[] {
  const first = new Map<string, { readonly node: string; readonly home: string }>();
  return nodes.flatMap(({ node, attachments }) =>
    attachments.flatMap((one): readonly Diagnostic[] => {
      const { network, home } = one.network;
      const settings = node.routing?.ospf?.areas.flatMap(({ interfaces }) => interfaces).find(({ name }) => name === one.interface.name);
      if (settings === undefined || settings.passive || DRIVERS[network.driver].multicast) return [];
      const other = first.get(network.name);
      if (other === undefined) first.set(network.name, { node: node.name, home });
      if (other === undefined || other.home === home) return [];
      return [
        {
          code: 'ospf-unheard',
          severity: 'error',
          message: `OSPF of ${node.name} and of ${other.node} would not hear each other on ${network.name}: driver ${network.driver} carries no multicast between hosts`,
          at: settings.at,
          hint: 'take driver weave, a link between the two, or BGP; or write { passive: true } to announce the subnet only',
          related: [{ message: `${network.name} is here`, at: network.at }],
        },
      ];
    }),
  );
}
