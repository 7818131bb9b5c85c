/** What an interface does with frames that it sends: the root qdisc. The lab's are token buckets (`tc-tbf(8)`), which limit the rate. */
import type { SourceRange } from '../model/diagnostic.js';
import type { NetnsObservation } from '../model/observation.js';
import type { QdiscObservation, QdiscOperation } from '../model/qdisc.js';
import { rateText } from '../model/rate.js';
import type { Resource, ResourceId } from '../model/state.js';
import type { FindContext, Found, Kind } from './kind.js';
import { WITHIN_NETNS } from './kind.js';
import { containerNamespaces, onLink, ownNamespaces } from './ownership.js';

export interface QdiscSpec {
  readonly netns: string;
  readonly dev: string;
  /** Bits in a second, a multiple of 8. */
  readonly rate: number;
  /** Of the interface. */
  readonly mtu: number;
  readonly link: ResourceId;
  readonly path: string;
  readonly at: SourceRange;
}

/** A qdisc has no mark but its number: `to` in ASCII, where people count from 1. */
export const OWN_HANDLE = '746f:';

const ETHERNET_HEADER = 18;
/** A timer that is late must not cost throughput: a kernel without fine timers has 250 ticks a second. */
const LATE = 1 / 250;
/** Ten frames of the usual size: connections begin with that many. */
const BURST_MIN = 15_000;
/** Seconds that a frame waits at most. */
const PATIENCE = 0.05;
/** The kernel counts a queue's bytes in 32 bits. */
const LIMIT_MAX = 2 ** 32 - 1;

/** Bytes that are sent at once after a pause. A frame that is larger would never be sent. */
function burstOf(rate: number, mtu: number): number {
  return Math.max(BURST_MIN, mtu + ETHERNET_HEADER, Math.ceil((rate / 8) * LATE));
}

const qdiscId = (netns: string, dev: string): ResourceId => `qdisc:${netns}/${dev}`;

export function qdiscResource({ netns, dev, rate, mtu, link, path, at }: QdiscSpec): Resource {
  const burst = burstOf(rate, mtu);
  const limit = Math.min(LIMIT_MAX, burst + Math.ceil((rate / 8) * PATIENCE));
  return {
    id: qdiscId(netns, dev),
    kind: 'qdisc',
    netns,
    props: { dev, type: 'tbf', rate: rateText(rate), burst, limit, handle: OWN_HANDLE, other: '' },
    needs: onLink(netns, link),
    goesWith: [link],
    path,
    at,
  };
}

function observed({ netns }: NetnsObservation, qdisc: QdiscObservation, link: ResourceId, wanted: Resource | undefined): Resource {
  const { dev, type, handle, tbf } = qdisc;
  const plain = { dev, type, handle };
  const id = qdiscId(netns, dev);
  const common = { id, kind: 'qdisc', netns, needs: onLink(netns, link), goesWith: [link] };
  if (tbf === undefined) return { ...common, props: { ...plain, rate: null, burst: null, limit: null, other: '' } };
  const burst = burstAsWanted(tbf, Number(wanted?.props['burst']));
  return { ...common, props: { ...plain, rate: rateText(8 * tbf.rate), burst, limit: tbf.limit, other: tbf.other } };
}

/** The kernel keeps a burst as the time that it takes, in ticks of 64 ns: several numbers of bytes are one. */
const TICK = 64e-9;

function burstAsWanted({ rate, buffer }: NonNullable<QdiscObservation['tbf']>, wanted: number): number {
  const ticks = wanted / rate / TICK;
  return Math.abs(ticks - buffer) <= 1 + ticks * 1e-6 ? wanted : Math.round(buffer * TICK * rate);
}

/** In the lab's own namespaces anybody's; elsewhere, on the lab's links, those that the lab made or wants. */
function find({ observation, desired, linkAt }: FindContext): Found {
  const own = new Set(ownNamespaces(observation, desired.lab));
  const shared = [observation.host, ...containerNamespaces(observation, desired.lab)];
  const resources = [...shared, ...own].flatMap((ns) =>
    (ns.qdiscs ?? []).flatMap((qdisc) => {
      const link = linkAt(ns.netns, qdisc.dev);
      const wanted = desired.resources.get(qdiscId(ns.netns, qdisc.dev));
      const isOurs = own.has(ns) || qdisc.handle === OWN_HANDLE || wanted !== undefined;
      return link !== undefined && isOurs ? [observed(ns, qdisc, link, wanted)] : [];
    }),
  );
  return { resources, conflicts: [] };
}

/** What the kernel has below a token bucket it makes along with it, and keeps while that changes. */
function update(before: Resource, after: Resource): readonly QdiscOperation[] {
  return String(before.props['other']).includes(CHILD) ? [remove(before), ...set(after)] : set(after);
}

/** As the adapter tells it, among what the lab never asks for. */
const CHILD = 'child';

const remove = ({ netns, props }: Resource): QdiscOperation => ({ op: 'qdisc-delete', netns, dev: String(props['dev']) });

/** Takes the place of whatever is there. One of another type, which only somebody else can have made, is not made again. */
function set({ netns, props }: Resource): readonly QdiscOperation[] {
  const { dev, type, handle, rate, burst, limit } = props;
  if (type !== 'tbf') return [];
  const what = { handle: String(handle), rate: String(rate), burst: Number(burst), limit: Number(limit) };
  return [{ op: 'qdisc-set', netns, dev: String(dev), ...what }];
}

export const qdisc: Kind = {
  name: 'qdisc',
  stage: () => WITHIN_NETNS + 3,
  inPlace: () => true,
  defaults: () => ({ handle: OWN_HANDLE, other: '' }),
  find,
  create: set,
  update,
  delete: (before) => [remove(before)],
  title: ({ netns, props }) => `qdisc ${String(props['type'])} on ${netns}:${String(props['dev'])}`,
};
