/** A netlink socket of any protocol, in the namespace where the thread stood when it was opened. */
import { constants } from 'node:os';
import { errno, expect, libc, SystemCallError } from './libc.js';
import {
  allocate,
  attributeEnd,
  attributeString,
  attributeType,
  type Bytes,
  MESSAGE_HEADER,
  nextAttribute,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_DUMP_INTR,
  NLMSG_DONE,
  NLMSG_ERROR,
} from './message.js';

export const NETLINK_ROUTE = 0;
export const NETLINK_SOCK_DIAG = 4;
export const NETLINK_NETFILTER = 12;

const AF_NETLINK = 16;
export const SOCK_RAW = 3;
export const SOCK_CLOEXEC = 0o2000000;
const MSG_TRUNC = 0x20;
const MSG_DONTWAIT = 0x40;
const SOL_SOCKET = 1;
const SO_SNDBUF = 7;
const SO_RCVBUF = 8;
const SO_SNDBUFFORCE = 32;
const SO_RCVBUFFORCE = 33;
const SOL_NETLINK = 270;
const NETLINK_CAP_ACK = 10;
const NETLINK_EXT_ACK = 11;
const NETLINK_GET_STRICT_CHK = 12;

/** In a message of type NLMSG_ERROR: the request's payload was left out; attributes follow (`netlink.h`). */
const NLM_F_CAPPED = 0x100;
const NLM_F_ACK_TLVS = 0x200;
const NLMSGERR_ATTR_MSG = 1;

/** What an acknowledgement takes of the receive buffer, generously: a small skb is 768 bytes and more. */
const ACK_COST = 1536;

/** What became of one message. */
export interface Reply {
  /** 0: accepted. */
  readonly errno: number;
  /** The kernel's sentence, or ''. */
  readonly sentence: string;
  /** The dump saw a change while it went on: ask again. */
  readonly interrupted: boolean;
}

/** Called for each message of an answer; `start` and `end` bound its payload, `request` counts the messages sent from 0. */
export type Visitor = (bytes: Bytes, type: number, start: number, end: number, request: number) => void;

const ACCEPTED: Reply = { errno: 0, sentence: '', interrupted: false };
const UNANSWERED: Reply = { ...ACCEPTED };
/** Of a message that asks for no answer: all that can come is a refusal. */
const UNASKED: Reply = { ...ACCEPTED };
const LOST: Reply = { errno: constants.errno.ENOBUFS, sentence: 'the answer was lost: the receive buffer ran over', interrupted: false };
const INTERRUPTED: Reply = { errno: 0, sentence: '', interrupted: true };

/** Where answers land, of all sockets: a visitor must not send. The kernel's largest piece of a dump is 32 KB. */
const received = allocate(256 * 1024);
const ONE = Buffer.from([1, 0, 0, 0]);

export class NetlinkSocket {
  readonly fd: number;
  private sequence = 1;
  private sendBuffer = 128 * 1024;
  private limit = 0;

  /** `open`: the file of one that was opened elsewhere and has no answers waiting. */
  constructor(protocol: number, open?: number) {
    if (open !== undefined) {
      this.fd = open;
      return;
    }
    this.fd = expect('socket', libc.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol));
    for (const option of [NETLINK_EXT_ACK, NETLINK_CAP_ACK]) libc.setsockopt(this.fd, SOL_NETLINK, option, ONE, 4);
    if (protocol === NETLINK_ROUTE) libc.setsockopt(this.fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, ONE, 4);
  }

  close(): void {
    libc.close(this.fd);
  }

  /** How many messages that ask for acknowledgement may go into one `exchange`. Makes room for many. */
  capacity(): number {
    if (this.limit === 0) {
      this.setSize(SO_RCVBUFFORCE, SO_RCVBUF, 4 * 1024 * 1024);
      const size = allocate(8);
      size.view.setUint32(4, 4, true);
      expect('getsockopt', libc.getsockopt(this.fd, SOL_SOCKET, SO_RCVBUF, size.buffer.subarray(0, 4), size.buffer.subarray(4)));
      this.limit = Math.max(16, Math.floor(size.view.getUint32(0, true) / ACK_COST));
    }
    return this.limit;
  }

  /**
   * Sends messages in one piece and gives what became of each. The kernel has carried out all of them when `send`
   * returns (`netlink_unicast_kernel`), and continues a dump within `recv`, so nothing has to be waited for.
   * A message that asks for neither acknowledgement nor dump counts as accepted unless an error comes back.
   */
  exchange(messages: Bytes, length: number, visit?: Visitor): readonly Reply[] {
    const first = this.sequence;
    const replies: Reply[] = [];
    const open = this.stamp(messages.view, length, replies);
    if (length > this.sendBuffer) this.growSendBuffer(length);
    if (libc.send(this.fd, messages.buffer, length, 0) < 0) throw new SystemCallError('send', errno());
    const silence = this.collect(first, replies, open, visit) ? LOST : ACCEPTED;
    for (let i = 0; i < replies.length; i++) if (replies[i] === UNANSWERED || replies[i] === UNASKED) replies[i] = silence;
    return replies;
  }

  /** Numbers the messages; gives how many of them will be answered for certain. */
  private stamp(view: DataView, length: number, replies: Reply[]): number {
    let open = 0;
    for (let at = 0; at < length; at += (view.getUint32(at, true) + 3) & ~3) {
      view.setUint32(at + 8, this.sequence++, true);
      const flags = view.getUint16(at + 6, true);
      const asks = (flags & NLM_F_ACK) !== 0 || (flags & NLM_F_DUMP) === NLM_F_DUMP;
      replies.push(asks ? UNANSWERED : UNASKED);
      if (asks) open++;
    }
    return open;
  }

  /** Reads until all is answered or nothing is left; true if the receive buffer ran over and answers were lost. */
  private collect(first: number, replies: Reply[], expected: number, visit: Visitor | undefined): boolean {
    let open = expected;
    let overrun = false;
    while (open > 0) {
      const size = libc.recv(this.fd, received.buffer, received.buffer.length, MSG_DONTWAIT | MSG_TRUNC);
      if (size >= 0) open -= readDatagram(size, first, replies, visit);
      else {
        const code = errno();
        // An aborted nftables batch acknowledges nothing more than the message that failed.
        if (code === constants.errno.EAGAIN) break;
        if (code === constants.errno.ENOBUFS) overrun = true;
        else if (code !== constants.errno.EINTR) throw new SystemCallError('recv', code);
      }
    }
    return overrun;
  }

  /** SO_SNDBUF bounds one `send`; the FORCE variant wants CAP_NET_ADMIN in the first user namespace. */
  private growSendBuffer(length: number): void {
    this.setSize(SO_SNDBUFFORCE, SO_SNDBUF, length * 2);
    this.sendBuffer = length;
  }

  private setSize(force: number, plain: number, size: number): void {
    const value = allocate(4);
    value.view.setUint32(0, size, true);
    if (libc.setsockopt(this.fd, SOL_SOCKET, force, value.buffer, 4) < 0) libc.setsockopt(this.fd, SOL_SOCKET, plain, value.buffer, 4);
  }
}

/** Gives how many requests the datagram has answered to the end. Messages of former exchanges are passed over. */
function readDatagram(size: number, first: number, replies: Reply[], visit: Visitor | undefined): number {
  if (size > received.buffer.length) throw new SystemCallError('recv', constants.errno.EMSGSIZE);
  const { view } = received;
  let closed = 0;
  for (let at = 0; at + MESSAGE_HEADER <= size;) {
    const length = view.getUint32(at, true);
    const type = view.getUint16(at + 4, true);
    const flags = view.getUint16(at + 6, true);
    const request = view.getUint32(at + 8, true) - first;
    if (request >= 0 && request < replies.length) {
      const end = at + length;
      const interrupted = (flags & NLM_F_DUMP_INTR) !== 0 && type !== NLMSG_ERROR;
      if (interrupted) replies[request] = INTERRUPTED;
      if (type === NLMSG_ERROR || type === NLMSG_DONE) {
        if (replies[request] !== UNASKED) closed++;
        if (length > MESSAGE_HEADER && view.getInt32(at + MESSAGE_HEADER, true) < 0) replies[request] = refusal(at, end, type, flags);
        else if (replies[request] === UNANSWERED) replies[request] = ACCEPTED;
      } else if (visit !== undefined) visit(received, type, at + MESSAGE_HEADER, end, request);
    }
    at += length < MESSAGE_HEADER ? size : (length + 3) & ~3;
  }
  return closed;
}

function refusal(at: number, end: number, type: number, flags: number): Reply {
  const { view } = received;
  const code = -view.getInt32(at + MESSAGE_HEADER, true);
  // The request follows the error number, all of it or its header only; a dump has no request there.
  const copied = type === NLMSG_DONE ? 0 : (flags & NLM_F_CAPPED) !== 0 ? MESSAGE_HEADER : view.getUint32(at + MESSAGE_HEADER + 4, true);
  const attributes = at + MESSAGE_HEADER + 4 + ((copied + 3) & ~3);
  return { errno: code, sentence: (flags & NLM_F_ACK_TLVS) !== 0 ? sentence(attributes, end) : '', interrupted: false };
}

function sentence(start: number, end: number): string {
  for (let at = start; at + 4 <= end; at = nextAttribute(received.view, at)) {
    if (attributeType(received.view, at) === NLMSGERR_ATTR_MSG && attributeEnd(received.view, at) <= end)
      return attributeString(received, at);
  }
  return '';
}
