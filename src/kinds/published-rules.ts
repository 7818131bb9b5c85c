/** Published ports as the rules of a table have them, in the words of this program. */
import type { NftTableObservation } from '../model/observation.js';
import type { OutwardFlows, UdpFlows } from '../model/operation.js';
import type { PropValue, Resource } from '../model/state.js';
import { movedQuestions } from './dns-flows.js';
import { outwardFlows } from './outward-flows.js';
import type { PortRange } from './port-range.js';
import { textsOf } from './rule-texts.js';

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

/** Holds what was published until the kernel has forgotten the flows to it; nothing jumps there. */
export const LEAVING = 'leaving';
const LEAVING_FIELD = `chain ${LEAVING}`;

/** Of a table as a resource: its chains are fields with lists of rules. */
export function publishedBy({ props }: Resource): readonly PublishedRule[] {
  return Object.entries(props).flatMap(([field, value]) => (field === LEAVING_FIELD ? [] : rulesIn(value)));
}

/** With those that are not published any more, and to which flows may go still. */
export function allPublishedBy({ props }: Resource): readonly PublishedRule[] {
  return Object.values(props).flatMap(rulesIn);
}

const rulesIn = (field: PropValue): readonly PublishedRule[] => textsOf(field).flatMap(parse);

/**
 * UDP has no end: a flow goes on to where it went before, for as long as its sender goes on. Those of ports that lead
 * elsewhere, or nowhere, and those that the host itself has got on a port that is published now (on all, where somebody was
 * killed before he was done with that); and those out of networks whose packets get another source address.
 */
export function movedFlows(before: Resource | null, after: Resource | null): readonly (UdpFlows | OutwardFlows)[] {
  const [old, now] = [before, after].map((one) => (one === null ? [] : udp(allPublishedBy(one)))) as [Rules, Rules];
  const gone = old.filter((one) => !now.some((other) => isSame(one, other)));
  const isUnfinished = before?.props[LEAVING_FIELD] !== undefined;
  const come = now.filter((one) => isUnfinished || !old.some((other) => isSamePort(one, other)));
  return [
    ...gone.map((one) => flows(one, one.target)),
    ...come.map((one) => flows(one, '')),
    ...movedQuestions(before, after, isUnfinished),
    ...outwardFlows(before, after, isUnfinished),
  ];
}

type Rules = readonly PublishedRule[];

const udp = (rules: Rules): Rules => rules.filter(({ protocol }) => protocol === 'udp');

function isSamePort(a: PublishedRule, b: PublishedRule): boolean {
  return a.family === b.family && a.address === b.address && a.from === b.from && a.to === b.to;
}

const isSame = (a: PublishedRule, b: PublishedRule): boolean => isSamePort(a, b) && a.target === b.target && a.targetPort === b.targetPort;

function flows({ family, address = '', from, to }: PublishedRule, target: string): UdpFlows {
  return { protocol: 'udp', family, address, from, to, target };
}
