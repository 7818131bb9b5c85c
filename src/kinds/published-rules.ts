/** Published ports as the rules of a table have them, in the words of this program. */
import type { NftTableObservation } from '../model/observation.js';
import type { UdpFlows } from '../model/operation.js';
import type { PropValue, Resource } from '../model/state.js';

export interface PortRange {
  readonly protocol: string;
  readonly family: 4 | 6;
  /** Undefined: all of the host's. */
  readonly address: string | undefined;
  readonly from: number;
  readonly to: number;
}

export interface PublishedRule extends PortRange {
  /** A node's address. */
  readonly target: string;
  /** Undefined: the same as the host's. */
  readonly targetPort: number | undefined;
  /** `nodes.web.ports[0]` */
  readonly path: string;
}

/** `ip daddr 127.0.0.1 tcp dport 8443-8444 dnat ip to 10.0.0.2 comment "nodes.web.ports[0]"` */
const PUBLISHED = /^(?:ip6? daddr (\S+) )?(tcp|udp) dport (\d+)(?:-(\d+))? dnat (ip6?) to (\S+?)(?: comment "(.*)")?$/;
/** `10.0.0.2`, `10.0.0.2:80`, `fd00::2`, `[fd00::2]:80`. */
const TARGET = /^(?:\[(.*)\]|([^[:]+)):(\d+)$/;

function parse(text: string): readonly PublishedRule[] {
  const [, address, protocol = '', from, to = from, family, target = '', path = ''] = PUBLISHED.exec(text) ?? [];
  if (from === undefined) return [];
  const [, inBrackets, plain, port] = TARGET.exec(target) ?? [];
  return [
    {
      protocol,
      family: family === 'ip6' ? 6 : 4,
      address,
      from: Number(from),
      to: Number(to),
      target: inBrackets ?? plain ?? target,
      targetPort: port === undefined ? undefined : Number(port),
      path,
    },
  ];
}

export function publishedIn(table: NftTableObservation): readonly PublishedRule[] {
  return table.chains.flatMap(({ rules }) => rules.flatMap(({ text }) => parse(text)));
}

/** Of a table as a resource: its chains are fields with lists of rules. */
export function publishedBy({ props }: Resource): readonly PublishedRule[] {
  return Object.values(props).flatMap((field) => rulesOf(field).flatMap(({ text }) => parse(text)));
}

function rulesOf(field: PropValue): readonly { readonly text: string }[] {
  return (field as { readonly rules?: readonly { readonly text: string }[] } | null)?.rules ?? [];
}

/**
 * UDP has no end: a flow goes on to where it went before, for as long as its sender goes on. Those of ports that lead
 * elsewhere, or nowhere, and those that the host itself has got on a port that is published now.
 */
export function movedFlows(before: readonly PublishedRule[], after: readonly PublishedRule[]): readonly UdpFlows[] {
  const gone = udp(before).filter((one) => !udp(after).some((other) => isSame(one, other)));
  const come = udp(after).filter((one) => !udp(before).some((other) => isSamePort(one, other)));
  return [...gone.map((one) => flows(one, one.target)), ...come.map((one) => flows(one, ''))];
}

const udp = (rules: readonly PublishedRule[]): readonly PublishedRule[] => rules.filter(({ protocol }) => protocol === 'udp');

function isSamePort(a: PublishedRule, b: PublishedRule): boolean {
  return a.family === b.family && a.address === b.address && a.from === b.from && a.to === b.to;
}

const isSame = (a: PublishedRule, b: PublishedRule): boolean => isSamePort(a, b) && a.target === b.target && a.targetPort === b.targetPort;

function flows({ family, address = '', from, to }: PublishedRule, target: string): UdpFlows {
  return { protocol: 'udp', family, address, from, to, target };
}
