/** Addresses of the host that the file names, and that the host has not. They may come later: the rules then do what they say. */
import { contains, parseAddress } from '../model/address.js';
import type { Diagnostic, SourceRange } from '../model/diagnostic.js';
import type { NetnsObservation } from '../model/observation.js';
import type { State } from '../model/state.js';

export interface NamedAddress {
  readonly address: string;
  readonly use: 'port' | 'masquerade';
  readonly path: string;
  readonly at: SourceRange;
}

/** One warning for each address and use, at the first place that names it. `ns` is absent while the host is still to come. */
export function missingAddresses(
  named: readonly NamedAddress[],
  netns: string,
  ns: NetnsObservation | undefined,
  desired: State,
): readonly Diagnostic[] {
  if (named.length === 0) return [];
  const there = addressesOf(netns, ns, desired);
  const missing = new Map<string, NamedAddress[]>();
  for (const one of named) {
    if (there.has(one.address) || isLoopback(one.address)) continue;
    const same = missing.get(`${one.use} ${one.address}`);
    if (same === undefined) missing.set(`${one.use} ${one.address}`, [one]);
    else same.push(one);
  }
  return [...missing.values()].map(warning);
}

function addressesOf(netns: string, ns: NetnsObservation | undefined, { resources }: State): ReadonlySet<string> {
  const wanted = `address:${netns}/`;
  const texts = [...resources.keys()].flatMap((id) => (id.startsWith(wanted) ? id.slice(id.indexOf('/', wanted.length) + 1) : []));
  const observed = ns?.addresses.map(({ address }) => address) ?? [];
  return new Set([...[...texts, ...observed].map((cidr) => cidr.slice(0, cidr.indexOf('/'))), ...(ns?.localAddresses ?? [])]);
}

function isLoopback(text: string): boolean {
  const address = parseAddress(text);
  return address !== null && contains('127.0.0.0/8', address);
}

const EFFECTS = {
  port: 'nobody reaches the port until it has',
  masquerade: 'answers to what leaves the network do not come back until it has, unless others route that address to the host',
} as const;

function warning(same: readonly NamedAddress[]): Diagnostic {
  const { address, use, at } = same[0]!;
  const paths = [...new Set(same.map(({ path }) => path))];
  return {
    code: 'host-address-missing',
    severity: 'warning',
    message: `${paths.join(', ')}: the host has no address ${address}: ${EFFECTS[use]}`,
    at,
    hint: `name an address of the host (\`ip addr\` shows them), or give it this one: ip addr add ${address}/${address.includes(':') ? 128 : 32} dev …`,
  };
}
