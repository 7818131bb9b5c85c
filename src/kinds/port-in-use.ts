/** Ports of the host on which somebody listens already: a published port would take the connections without a word. */
import { parseAddress, type Address } from '../model/address.js';
import type { Diagnostic } from '../model/diagnostic.js';
import type { ListenerObservation } from '../model/observation.js';
import type { HostPorts } from './host-ports.js';
import type { PortRange } from './port-range.js';

/**
 * `published` are those that the lab has already: whoever came later has been without connections from the start.
 * `kept`: of listeners that keep their connections whatever is published.
 */
export function portsInUse(
  wanted: readonly HostPorts[],
  published: readonly PortRange[],
  kept: readonly PortRange[],
  listeners: readonly ListenerObservation[],
): readonly Diagnostic[] {
  const conflicts = new Map<string, Diagnostic>();
  const inTheWay = listeners.filter((listener) => !kept.some((range) => range.address === listener.address && hears(listener, range)));
  for (const ours of inTheWay.length === 0 ? [] : wanted) {
    const others = inTheWay.filter((listener) => hears(listener, ours) && !published.some((range) => covers(range, ours, listener.port)));
    // The file asks for a port once, for both families.
    for (const listener of others) conflicts.set(`${ours.path} ${listener.port} ${namesOf(listener)}`, conflict(ours, listener));
  }
  return [...conflicts.values()];
}

export function hears(listener: ListenerObservation, ours: PortRange): boolean {
  if (listener.protocol !== ours.protocol || listener.port < ours.from || listener.port > ours.to) return false;
  const address = parseAddress(listener.address);
  if (address === null) return false;
  const isAny = address.bytes.every((byte) => byte === 0);
  if (isAny) return ours.family === address.family || (address.family === 6 && !listener.ipv6Only);
  if (address.family !== ours.family) return false;
  return ours.address === undefined ? !isApart(address) : ours.address === address.text;
}

/** Multicast is no address of the host; link-local ones of IPv6 are not published. */
function isApart({ family, bytes: [first = 0, second = 0] }: Address): boolean {
  return family === 4 ? first >= 224 : first === 0xff || (first === 0xfe && (second & 0xc0) === 0x80);
}

function covers(range: PortRange, { protocol, family, address }: PortRange, port: number): boolean {
  if (range.protocol !== protocol || range.family !== family || port < range.from || port > range.to) return false;
  return range.address === undefined || range.address === address;
}

const LONGEST_COMMAND = 80;

export function namesOf({ processes }: ListenerObservation): string {
  if (processes[0] === undefined) return 'somebody (no process that can be seen from here)';
  const words = processes[0].command.split(/\s+/).join(' ');
  const command = words.length > LONGEST_COMMAND ? `${words.slice(0, LONGEST_COMMAND)}…` : words;
  return `${command} (process ${processes.map(({ pid }) => pid).join(', ')})`;
}

/** `10.0.0.1:80/tcp`. */
export function placeOf({ address, port, protocol }: ListenerObservation): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}/${protocol}`;
}

function conflict({ path, at }: HostPorts, listener: ListenerObservation): Diagnostic {
  return {
    code: 'host-port-in-use',
    severity: 'error',
    message: `${path}: ${namesOf(listener)} listens on ${placeOf(listener)} of the host already`,
    at,
    hint: 'choose another port of the host, or an address on which nobody listens; or stop that process',
  };
}
