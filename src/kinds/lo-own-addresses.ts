/** The addresses that the kernel gives to a lo that comes up. */
import { familyOf, IPV6_MIN_MTU } from '../model/address.js';
import type { LinkObservation, NetnsObservation } from '../model/observation.js';
import type { Operation } from '../model/operation.js';
import type { Resource } from '../model/state.js';
import { lacksLocalRoute } from './local-route.js';

const [OWN4, OWN6] = ['127.0.0.1/8', '::1/128'] as const;
export const LOOPBACKS_OWN: readonly string[] = [OWN4, OWN6];

export const isLoopbacksOwn = (dev: string, cidr: string): boolean => dev === 'lo' && LOOPBACKS_OWN.includes(cidr);

/** There, but nobody is at home. */
const UNREACHABLE = `${OWN4} without a local route`;

/** Of a lo that is up; one that is too small for IPv6 has none of it (`addrconf_notify`). */
export const ownAddressesOf = (mtu: number): readonly string[] => (mtu < IPV6_MIN_MTU ? [OWN4] : LOOPBACKS_OWN);

/** Those that are there, and those that the kernel will add by itself, or would be if it could (`wanted`). */
export function ownAddresses(ns: NetnsObservation, lo: LinkObservation, wanted: readonly string[]): readonly string[] {
  const first = own4(ns, lo);
  const second = own6(ns, lo) ?? wanted.includes(OWN6);
  return first === OWN4 && second ? LOOPBACKS_OWN : [...(first === null ? [] : [first]), ...(second ? [OWN6] : [])];
}

function own4(ns: NetnsObservation, lo: LinkObservation): string | null {
  const onLo = ns.addresses.filter(({ dev, address }) => dev === 'lo' && familyOf(address) === 4);
  const found = onLo.find(({ address }) => address === OWN4);
  if (found !== undefined) return lacksLocalRoute(ns, found) ? UNREACHABLE : OWN4;
  // A lo that comes up with no address gets this one (`inetdev_event`).
  return lo.attributes['up'] !== true && onLo.length === 0 ? OWN4 : null;
}

/** Null: one that is down gets it when it comes up, one without IPv6 has none. */
function own6(ns: NetnsObservation, lo: LinkObservation): boolean | null {
  if (lo.attributes['up'] !== true || lo.ipv6Disabled || ns.forwarding[6] === null) return null;
  return ns.addresses.some(({ dev, address }) => dev === 'lo' && address === OWN6);
}

export function addMissing(before: Resource, after: Resource): readonly Operation[] {
  const there = before.props['own_addresses'] as readonly string[] | null;
  const wanted = after.props['own_addresses'] as readonly string[] | null;
  return (wanted ?? []).filter((cidr) => there?.includes(cidr) === false).flatMap((cidr) => add(after.netns, cidr, there ?? []));
}

function add(netns: string, address: string, there: readonly string[]): readonly Operation[] {
  const plain = { netns, dev: 'lo', address, scope: 'host', broadcast: '', nodad: false };
  if (address === OWN4) {
    const anew: readonly Operation[] = there.includes(UNREACHABLE) ? [{ op: 'address-delete', ...plain }] : [];
    return [...anew, { op: 'address-add', ...plain }];
  }
  // With the kernel's own comes no route of the table main.
  return [{ op: 'address-add', ...plain }, subnetRoute(netns, address)];
}

function subnetRoute(netns: string, to: string): Operation {
  const words = {
    type: 'unicast',
    table: 254,
    metric: 256,
    protocol: 2,
    scope: 'global',
    via: '',
    dev: 'lo',
    src: '',
    mtu: 0,
    onlink: false,
  };
  return { op: 'route-delete', netns, to, ...words };
}
