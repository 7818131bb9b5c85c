/** Parts that a kernel may be built without, which it would say at the first use only. No question changes anything. */
import { readFileSync } from 'node:fs';
import { constants, release } from 'node:os';
import type { Operation } from '../../model/operation.js';
import { dump } from './dump.js';
import { IFLA, INFO, LINK_HEADER, RTM_GETLINK } from './links.js';
import { MessageWriter, NLA_F_NESTED, NLM_F_DUMP } from './message.js';
import { encodeQdiscQuestion } from './qdiscs.js';
import type { NetlinkSocket } from './socket.js';

interface Part {
  readonly name: string;
  /** As the kernel's configuration names it. */
  readonly option: string;
  readonly isThere: (socket: NetlinkSocket) => boolean;
}

/** What an operation takes. Of veth nobody asks: there may be thousands to be listed, and no lab does without. */
export function partOf(operation: Operation): Part | undefined {
  if (operation.op === 'qdisc-set') return TOKEN_BUCKETS;
  return operation.op === 'link-add' && operation.type !== 'veth' ? linkType(operation.type) : undefined;
}

const TOKEN_BUCKETS: Part = { name: 'token buckets (tbf)', option: 'CONFIG_NET_SCH_TBF', isThere: (socket) => hasQdiscType(socket, 'tbf') };

function linkType(type: string): Part {
  return { name: `links of type ${type}`, option: `CONFIG_${type.toUpperCase()}`, isThere: (socket) => hasLinkType(socket, type) };
}

export const hasLinkType = (socket: NetlinkSocket, type: string): boolean => isRegistered(socket, type) || isModule(type);

/**
 * Asked by a request that is refused in any case: it lacks what the type takes (`tbf_init`, net/sched/sch_tbf.c), and that is seen only
 * where the type is known (`qdisc_create`, net/sched/sch_api.c). Any other refusal says nothing of it.
 */
export function hasQdiscType(socket: NetlinkSocket, type: string): boolean {
  // The kernel loads it for the question.
  if (isModule(`sch_${type}`)) return true;
  const writer = new MessageWriter(64);
  encodeQdiscQuestion(writer, type, LOOPBACK);
  const [reply] = socket.exchange(writer.bytes, writer.length);
  return reply?.errno !== constants.errno.ENOENT;
}

/**
 * The kernel lists links of one type, and all of them where it does not know the type (`linkinfo_to_kind_ops`,
 * net/core/rtnetlink.c): lo is of none. Nothing is loaded for the question.
 */
function isRegistered(socket: NetlinkSocket, type: string): boolean {
  const writer = new MessageWriter(64);
  writer.begin(RTM_GETLINK, NLM_F_DUMP);
  writer.reserve(LINK_HEADER);
  const info = writer.nest(IFLA.linkinfo, NLA_F_NESTED);
  writer.string(INFO.kind, type);
  writer.close(info);
  writer.end();
  let sawLoopback = false;
  dump(
    socket,
    writer,
    () => (sawLoopback = false),
    (bytes, _type, start) => (sawLoopback ||= bytes.view.getInt32(start + 4, true) === LOOPBACK),
  );
  return !sawLoopback;
}

/** Its index in any namespace. */
const LOOPBACK = 1;

/** It is there to be loaded when it is used first. */
function isModule(name: string): boolean {
  try {
    return readFileSync(`/lib/modules/${release()}/modules.dep`, 'utf8').includes(`/${name}.ko`);
  } catch {
    return false;
  }
}
