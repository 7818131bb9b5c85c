/** Operations that wait for one namespace's socket, and what becomes of them. */
import { constants } from 'node:os';
import type { Outcome } from '../kernel.js';
import { ACKS_PER_LINK, LinkNames } from './link-names.js';
import { peerIndex } from './links.js';
import { MessageWriter } from './message.js';
import { outcomeOf, refusalOf, refused } from './refusal.js';
import type { Session } from './sessions.js';
import type { Reply } from './socket.js';
import { encodeStep, linksMade, linksNeeded, operationName, type Step, type VethStep } from './steps.js';

/** Bytes of one `send`, below the usual buffer of a socket. */
const SEND_BYTES = 96 * 1024;
/** As many fit any socket's receive buffer; beyond, the socket is asked. */
const FEW = 64;

interface Waiting {
  readonly step: Step;
  readonly settle: (outcome: Outcome) => void;
  /** Names of links. */
  readonly needed: readonly string[];
  readonly made: readonly string[];
}

interface Sent {
  readonly item: Waiting;
  readonly first: number;
  readonly end: number;
}

const writer = new MessageWriter(SEND_BYTES);

export class Queue {
  readonly links: LinkNames;
  /** Queues that must be sent first: they make a link in this namespace. */
  readonly waitsFor = new Set<Queue>();
  /** A waiting step makes a link in another namespace. */
  reachesOut = false;
  /** A waiting step deletes a link, and thus maybe one elsewhere. */
  deletes = false;
  private waiting: Waiting[] = [];

  constructor(readonly session: Session) {
    this.links = new LinkNames(session.socket);
  }

  get empty(): boolean {
    return this.waiting.length === 0;
  }

  push(step: Step, settle: (outcome: Outcome) => void): void {
    this.waiting.push({ step, settle, needed: linksNeeded(step), made: linksMade(step) });
  }

  /** Sends all that waits, in order. */
  flush(): void {
    for (const queue of [...this.waitsFor]) queue.flush();
    this.waitsFor.clear();
    const { waiting } = this;
    this.waiting = [];
    this.reachesOut = false;
    this.deletes = false;
    for (let start = 0; start < waiting.length;) start = this.stretch(waiting, start);
  }

  /** Carries out from `start` as far as the names of links can be known beforehand; gives where that ends. */
  private stretch(waiting: readonly Waiting[], start: number): number {
    const changed = new Set<string>();
    const names = new Set<string>();
    let end = start;
    for (; end < waiting.length; end++) {
      const { step, needed, made } = waiting[end]!;
      if (changed.size > 0 && [...needed, ...made].some((name) => changed.has(name))) break;
      for (const name of needed) names.add(name);
      for (const name of made) {
        names.add(name);
        changed.add(name);
      }
      if (step.op === 'link-delete') changed.add(step.name);
    }
    const part = waiting.slice(start, end);
    if (this.guarded(part, () => this.links.learn(names))) this.send(part);
    for (const name of changed) this.links.forget(name);
    return end;
  }

  private send(stretch: readonly Waiting[]): void {
    const sent: Sent[] = [];
    // What the answers take of the receive buffer, in acknowledgements.
    let answers = 0;
    writer.clear();
    for (const item of stretch) {
      const refusal = this.refusedBeforehand(item);
      if (refusal !== null) {
        item.settle(refusal);
        continue;
      }
      if (writer.length > SEND_BYTES || (answers >= FEW && answers >= this.session.socket.capacity() - FEW)) {
        this.dispatch(sent);
        answers = 0;
      }
      const first = writer.count;
      encodeStep(writer, item.step, this.links);
      sent.push({ item, first, end: writer.count });
      answers += writer.count - first + (isEchoed(item.step) ? ACKS_PER_LINK : 0);
    }
    this.dispatch(sent);
  }

  private refusedBeforehand({ step, needed, made }: Waiting): Outcome | null {
    for (const name of needed) {
      if (this.links.index(name) !== 0) continue;
      return outcomeOf(operationName(step), { errno: constants.errno.ENODEV, sentence: `there is no link named ${name}` });
    }
    for (const name of made) if (this.links.index(name) !== 0) return refused(operationName(step), 'EEXIST');
    return null;
  }

  /** A system call that fails is what became of all that it was made for. */
  private guarded(items: readonly Waiting[], body: () => void): boolean {
    try {
      body();
      return true;
    } catch (error) {
      for (const { step, settle } of items) settle(refusalOf(error, operationName(step)));
      return false;
    }
  }

  private dispatch(sent: Sent[]): void {
    if (writer.count > 0) {
      writer.acknowledgeLast();
      this.guarded(
        sent.map(({ item }) => item),
        () => this.exchange(sent),
      );
    }
    writer.clear();
    sent.length = 0;
  }

  private exchange(sent: readonly Sent[]): void {
    const peers = new Map<number, VethStep>();
    for (const { item, first } of sent) if (isEchoed(item.step)) peers.set(first, item.step);
    const replies = this.session.socket.exchange(writer.bytes, writer.length, (bytes, _type, start, end, request) => {
      const step = peers.get(request);
      const index = peerIndex(bytes, start, end);
      if (index > 0) step?.peerLinks?.know(step.peer.name, index);
    });
    for (const { item, first, end } of sent) item.settle(outcomeOf(operationName(item.step), worst(replies, first, end)));
  }
}

/** The kernel answers with the new link. */
const isEchoed = (step: Step): step is VethStep => step.op === 'veth-add' && step.peerLinks !== undefined;

const ACCEPTED = { errno: 0, sentence: '' };

/** The first refusal among an operation's messages. */
function worst(replies: readonly Reply[], first: number, end: number): Pick<Reply, 'errno' | 'sentence'> {
  for (let i = first; i < end; i++) if (replies[i]!.errno !== 0) return replies[i]!;
  return ACCEPTED;
}
