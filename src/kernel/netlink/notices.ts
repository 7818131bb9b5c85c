/** Which of the kernel's announcements mean that something which a lab may have is otherwise than before. */
import { type Bytes } from './message.js';
import { NTF_SELF } from './fdb.js';
import { NTF_PROXY, NUD_PERMANENT, RTM_DELNEIGH, RTM_NEWNEIGH } from './neighbours.js';
import { RTM_F_CLONED, RTM_NEWROUTE } from './routes.js';

/** Of rtnetlink(7): links, neighbours, qdiscs, addresses, routes and rules of both families, settings of interfaces, numbers of namespaces. */
export const ROUTE_GROUPS = [1, 3, 4, 5, 7, 8, 9, 11, 19, 24, 25, 28] as const;
/** NFNLGRP_NFTABLES (`nfnetlink.h`) */
export const NFTABLES_GROUPS = [7] as const;

const AF_BRIDGE = 7;
const NUD_FAILED = 0x20;

/**
 * Of neighbours the kernel tells whatever it learns and forgets by itself. `keepsNeighbours`: in that namespace there are
 * some that are kept, and one that goes may be one of them.
 */
export function isOfInterest(type: number, { view }: Bytes, start: number, keepsNeighbours: boolean): boolean {
  if (type === RTM_NEWROUTE) return (view.getUint32(start + 8, true) & RTM_F_CLONED) === 0;
  if (type !== RTM_NEWNEIGH && type !== RTM_DELNEIGH) return true;
  const [family, state, flags] = [view.getUint8(start), view.getUint16(start + 8, true), view.getUint8(start + 10)];
  if (family === AF_BRIDGE && (flags & NTF_SELF) === 0) return false;
  if ((state & NUD_PERMANENT) !== 0 || (flags & NTF_PROXY) !== 0) return true;
  return keepsNeighbours && (type === RTM_DELNEIGH || (state & NUD_FAILED) !== 0);
}
