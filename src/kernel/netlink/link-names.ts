/** Indexes of links by name, per namespace, for as long as a run takes. */
import { constants } from 'node:os';
import { SystemCallError } from './libc.js';
import { linkIndex, requestLinkNamed } from './links.js';
import { MessageWriter } from './message.js';
import type { NetlinkSocket } from './socket.js';

/** An answer with a link in it takes the place of so many plain acknowledgements. */
export const ACKS_PER_LINK = 4;

const writer = new MessageWriter();

export class LinkNames {
  private readonly indexes = new Map<string, number>();

  constructor(private readonly socket: NetlinkSocket) {}

  /** 0: there is no such link. Only for names that `learn` was asked for. */
  index(name: string): number {
    return this.indexes.get(name) ?? 0;
  }

  /** The kernel has told. */
  know(name: string, index: number): void {
    this.indexes.set(name, index);
  }

  forget(name?: string): void {
    if (name === undefined) this.indexes.clear();
    else this.indexes.delete(name);
  }

  /** Asks for all that are not known, in one round trip where that is possible. */
  learn(names: ReadonlySet<string>): void {
    const unknown = [...names].filter((name) => !this.indexes.has(name));
    const size = unknown.length < 32 ? 32 : Math.floor(this.socket.capacity() / ACKS_PER_LINK);
    for (let start = 0; start < unknown.length; start += size) this.ask(unknown.slice(start, start + size));
  }

  private ask(names: readonly string[]): void {
    writer.clear();
    for (const name of names) requestLinkNamed(writer, name);
    const replies = this.socket.exchange(writer.bytes, writer.length, (bytes, _type, start, _end, request) => {
      this.indexes.set(names[request]!, linkIndex(bytes, start));
    });
    replies.forEach((reply, i) => {
      if (reply.errno === constants.errno.ENODEV) this.indexes.set(names[i]!, 0);
      else if (reply.errno !== 0) throw new SystemCallError('RTM_GETLINK', reply.errno, names[i]);
    });
  }
}
