/**
 * Waits for links to work. The kernel acts on a carrier that has come up to a second later where it is in no hurry: at a
 * veth whose ends have the same index in their namespaces, at a bridge that came up when its ports had carrier already
 * (`linkwatch_urgent_event`). Until then the link drops what it is given. Asking for it by name makes the kernel act now
 * (`rtnl_getlink`, since 6.8).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type DecodedLink, IFF_UP } from './links.js';
import { readLink } from './read-link.js';
import type { NetlinkSocket } from './socket.js';

const IFF_LOWER_UP = 0x10000;
const IF_OPER_UP = 6;
const POLL_MS = 5;

export interface LinkPlace {
  readonly socket: NetlinkSocket;
  readonly name: string;
}

/** Up and with carrier, but the kernel has not acted on that yet. Other types of links never say that they work. */
export function isIdle({ flags, operState, type }: DecodedLink): boolean {
  return (flags & IFF_UP) !== 0 && (flags & IFF_LOWER_UP) !== 0 && operState !== IF_OPER_UP && (type === 'veth' || type === 'bridge');
}

/** Until none of the links is idle any more, or the time is up. Ports come before their bridges, which get their carrier from them. */
export async function waitForLinks(links: readonly LinkPlace[], timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (let waiting = links.filter(isStillIdle); waiting.length > 0; waiting = waiting.filter(isStillIdle)) {
    if (performance.now() >= deadline) return;
    await sleep(POLL_MS);
  }
}

function isStillIdle({ socket, name }: LinkPlace): boolean {
  const link = readLink(socket, name);
  return link !== null && isIdle(link);
}
