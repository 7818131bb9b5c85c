/** Runs operations in order, as many as possible in one send: a queue for each namespace, sent when another has to wait for it. */
import type { ExecRun, LinkAdd, NetnsAdd, NodeFilesOperation, Operation, ProcessOperation } from '../../model/operation.js';
import type { Outcome } from '../kernel.js';
import { changeNodeFiles } from '../node-files/write.js';
import { peerAfterwards } from './link-encode.js';
import type { FarLink } from './links.js';
import { deleteName } from './name.js';
import { attachNamespace, createNamespaces, renameNamespace, startDeleting } from './namespaces.js';
import type { Departures } from './departures.js';
import { sendTransaction } from './nft/send.js';
import { announce } from './announce.js';
import { deleteFlows } from './conntrack.js';
import { leftovers } from './leftovers.js';
import type { Going, SecondThread } from './orders.js';
import { isOfProcess, prepared, type Prepared } from './prepared.js';
import { Queue } from './queue.js';
import { absent, refused, refusalOf } from './refusal.js';
import type { Sessions } from './sessions.js';
import { changeSysctl, isForwardingAlready } from './sysctls.js';
import { type Deletions, deletionsBehind, letGo, letGoEarly, type NetnsDelete } from './runner-deletions.js';
import { deleteGroup, type End, type GroupDelete, parentOf, peerIsOuter, renameLink } from './runner-links.js';
import { transactionOf } from './runner-tables.js';
import { isOfFiles, isOfName, type NameOperation, runOf, type Step } from './steps.js';

const OK: Outcome = { ok: true };

/** Operations that are carried out one by one. */
type Alone = Exclude<Operation, NetnsAdd | NetnsDelete | GroupDelete | NameOperation | ProcessOperation | ExecRun>;

export class Runner {
  private readonly queues = new Map<string, Queue>();
  private readonly outcomes: Outcome[] = [];
  /** Namespaces that could not be made: one that has such a name is somebody else's. */
  private readonly unmade = new Set<string>();
  /** Namespaces that go already, before it is their turn. */
  private begun: Deletions | undefined;

  constructor(
    private readonly sessions: Sessions,
    private readonly departures: () => Departures,
    private readonly prepared: Prepared,
    private readonly second?: SecondThread,
  ) {}

  async run(operations: readonly Operation[]): Promise<readonly Outcome[]> {
    for (let at = 0; at < operations.length;) {
      try {
        const operation = operations[at]!;
        at = isOfProcess(operation) ? await this.runOfProcesses(operations, at, operation.op) : this.step(operations, at, operation);
      } catch (error) {
        // Whatever breaks is what became of the operation.
        this.outcomes[at] = refusalOf(error, operations[at]!.op);
        at++;
      }
    }
    const lost = this.flushEach();
    return operations.map(({ op }, i) => this.outcomes[i] ?? refusalOf(lost, op));
  }

  /** Gives what has kept operations from being sent. */
  private flushEach(): unknown {
    let lost: unknown = new Error('what became of it is not known');
    for (const queue of this.queues.values()) {
      try {
        this.flush(queue);
      } catch (error) {
        lost = error;
      }
    }
    return lost;
  }

  /** Gives the index behind what was done. */
  private step(operations: readonly Operation[], at: number, operation: Exclude<Operation, ProcessOperation>): number {
    if (operation.op === 'netns-add') return this.addNamespaces(operations, at);
    if (operation.op === 'netns-delete') return this.deleteNamespaces(operations, at);
    if (operation.op === 'group-delete') return this.deleteGroup(operations, at, operation);
    if (operation.op === 'exec-run') throw new Error('a command is executed, not run');
    if (isOfName(operation)) this.outcomes[at] = this.changeName(operation);
    else this.carryOut(operation, at);
    return at + 1;
  }

  /** The name of a container's namespace, which is there before it and after it. */
  private changeName(operation: NameOperation): Outcome {
    this.flushAll();
    this.queues.delete(operation.netns);
    if (operation.op === 'netns-attach') {
      const outcome = attachNamespace(this.sessions, operation);
      const queue = outcome.ok ? this.queue(operation.netns) : null;
      if (queue !== null) for (const step of leftovers(queue.session)) queue.push(step, () => undefined);
      return outcome;
    }
    this.sessions.forget(operation.netns);
    if (operation.op === 'netns-rename') return renameNamespace(this.sessions, operation.netns, operation.to);
    return deleteName(this.sessions.path(operation.netns));
  }

  private carryOut(operation: Alone, index: number): void {
    if (isOfFiles(operation)) {
      this.outcomes[index] = this.changeFiles(operation);
      return;
    }
    const settle = this.settler(index);
    const queue = this.queue(operation.netns);
    if (queue === null) {
      settle(absent(operation));
      return;
    }
    switch (operation.op) {
      case 'link-add':
        return this.addLink(queue, operation, settle);
      case 'link-delete':
        for (const other of this.queues.values()) if (other !== queue && !other.empty) this.flush(other);
        queue.push(operation, settle);
        queue.deletes = true;
        return;
      case 'link-rename':
        this.flushAll();
        return settle(renameLink(queue, operation.name, operation.to));
      case 'sysctl-set':
      case 'sysctl-restore':
        // Almost always so in a new namespace: nothing to write, and nothing that waits has to be sent before.
        if (operation.op === 'sysctl-set' && isForwardingAlready(queue.session, operation)) return settle(OK);
        queue.flush();
        return settle(changeSysctl(this.sessions, queue.session, operation));
      case 'nft-replace':
      case 'nft-restore':
      case 'nft-delete':
        queue.flush();
        return settle(sendTransaction(this.sessions.netfilter(operation.netns), transactionOf(operation, this.prepared)));
      case 'runtime-mark':
      case 'container-run':
      case 'container-start':
      case 'container-remove':
        return settle(refused(operation.op, 'ENOSYS', 'no container runtime is at hand'));
      case 'conntrack-delete':
        queue.flush();
        return settle(deleteFlows(this.sessions.netfilter(operation.netns), queue.session.socket, operation.flows));
      case 'announce':
        // Behind all that was to come first, in other namespaces too.
        this.flushAll();
        return settle(announce(this.sessions, queue, operation));
      case 'link-set':
      case 'altname-add':
      case 'altname-delete':
      case 'address-add':
      case 'address-replace':
      case 'address-delete':
      case 'route-add':
      case 'route-replace':
      case 'route-delete':
      case 'rule-add':
      case 'rule-ensure':
      case 'rule-delete':
      case 'neighbour-set':
      case 'neighbour-delete':
      case 'fdb-set':
      case 'fdb-append':
      case 'fdb-delete':
      case 'qdisc-set':
      case 'qdisc-delete':
        return queue.push(operation, settle);
    }
  }

  /** A namespace that was to come first may have been refused. */
  private changeFiles(operation: NodeFilesOperation): Outcome {
    const isLinked = operation.op === 'node-files-link' && operation.folder !== '';
    if (isLinked && (this.unmade.has(operation.netns) || typeof this.sessions.get(operation.netns) === 'string')) return absent(operation);
    changeNodeFiles(operation);
    return OK;
  }

  private settler(index: number): (outcome: Outcome) => void {
    return (outcome) => {
      // An operation in two parts: the first refusal counts.
      const known = this.outcomes[index];
      if (known === undefined || known.ok) this.outcomes[index] = outcome;
    };
  }

  /** Null: there is no such namespace. */
  private queue(netns: string): Queue | null {
    const known = this.queues.get(netns);
    if (known !== undefined) return known;
    const session = this.unmade.has(netns) ? 'missing' : this.sessions.get(netns);
    if (typeof session === 'string') return null;
    const queue = new Queue(session);
    this.queues.set(netns, queue);
    return queue;
  }

  private addLink(queue: Queue, operation: LinkAdd, settle: (outcome: Outcome) => void): void {
    // A name may be free only because of a deletion that still waits, in whatever namespace.
    for (const other of this.queues.values()) if (other.deletes) this.flush(other);
    if (operation.type === 'macvlan') return this.addMacvlan(queue, operation, settle);
    if (operation.peer === undefined) return queue.push(operation, settle);
    const peerQueue = this.queue(operation.peer.netns);
    if (peerQueue === null) return settle(refused('link-add', 'ENOENT', `there is no network namespace named ${operation.peer.netns}`));
    const own = { name: operation.name, attributes: operation.attributes, queue };
    const peer = { name: operation.peer.name, attributes: operation.peer.attributes, queue: peerQueue };
    const [outer, inner] = peerIsOuter(operation) ? [peer, own] : [own, peer];
    if (outer.queue === inner.queue) return queue.push({ op: 'veth-add', outer, peer: inner, peerNetns: null }, settle);
    this.addAcross(outer, inner, settle);
  }

  /** From its own namespace, by the number that the parent's has there. */
  private addMacvlan(queue: Queue, operation: LinkAdd, settle: (outcome: Outcome) => void): void {
    const above = operation.parent === undefined ? null : this.queue(operation.parent.netns);
    if (operation.parent === undefined || above === null)
      return settle(refused('link-add', 'ENOENT', 'the namespace of the parent is gone'));
    // What makes it may still wait.
    if (above.links.index(operation.parent.name) === 0) this.flush(above);
    const parent = parentOf(this.sessions, queue.session, above, operation.parent.name);
    if (parent === null) return settle(refused('link-add', 'ENODEV', `there is no link named ${operation.parent.name}`));
    queue.push({ ...operation, op: 'macvlan-add', parent }, settle);
  }

  /** The outer end's namespace makes both; what the peer cannot be given there follows in its own. */
  private addAcross(outer: End, inner: End, settle: (outcome: Outcome) => void): void {
    // A queue that another waits for waits for none itself: no circles, and no recursion as deep as a chain of nodes is long.
    if (outer.queue.waitsFor.size > 0) this.flush(outer.queue);
    if (inner.queue.reachesOut) this.flush(inner.queue);
    const peerNetns = this.sessions.fd(inner.queue.session.netns);
    outer.queue.push({ op: 'veth-add', outer, peer: inner, peerNetns, peerLinks: inner.queue.links }, settle);
    outer.queue.reachesOut = true;
    inner.queue.waitsFor.add(outer.queue);
    const later = peerAfterwards(inner.attributes);
    const step: Step = { op: 'link-set', netns: inner.queue.session.netns, name: inner.name, attributes: later };
    if (Object.keys(later).length > 0) inner.queue.push(step, settle);
  }

  /** Namespaces that are added one after the other, as one batch; gives the index behind them. */
  private addNamespaces(operations: readonly Operation[], start: number): number {
    this.flushAll();
    const batch = runOf(operations, start, 'netns-add');
    const outcomes = createNamespaces(this.sessions, batch, this.second);
    for (const [i, { netns }] of batch.entries()) if (!outcomes[i]!.ok) this.unmade.add(netns);
    return this.settleFrom(start, outcomes);
  }

  /** For a thousand links the kernel takes half a second: meanwhile the namespaces that come next lose their names. */
  private deleteGroup(operations: readonly Operation[], at: number, group: GroupDelete): number {
    this.flushAll();
    const queue = this.queue(group.netns);
    if (queue === null) return this.settleFrom(at, [absent(group)]);
    const { start, batch } = deletionsBehind(operations, at);
    const going = letGoEarly(this.sessions, this.departures(), this.queues, batch);
    deleteGroup(queue, group, this.settler(at), (others) => {
      if (going.length > 0) this.begun = { start, outcomes: this.startDeleting(going, others) };
    });
    // Those that were to go otherwise go with their other ends.
    if (going.length > 0 && this.outcomes[at]?.ok !== true) this.departures().expectLinks();
    this.forgetLinks();
    return at + 1;
  }

  /** One after the other, as one batch. */
  private deleteNamespaces(operations: readonly Operation[], start: number): number {
    if (this.begun?.start === start) return this.settleFrom(start, this.begun.outcomes());
    this.flushAll();
    this.forgetLinks();
    const going = letGo(this.sessions, this.departures(), this.queues, runOf(operations, start, 'netns-delete'));
    return this.settleFrom(start, this.startDeleting(going)());
  }

  private startDeleting(going: readonly Going[], others?: readonly FarLink[]): () => readonly Outcome[] {
    this.departures().expectLinks(others);
    return startDeleting(going, this.second);
  }

  private async runOfProcesses(operations: readonly Operation[], start: number, op: ProcessOperation['op']): Promise<number> {
    this.flushAll();
    return this.settleFrom(start, await prepared(this.prepared.runProcesses)(runOf(operations, start, op)));
  }

  private settleFrom(start: number, outcomes: readonly Outcome[]): number {
    outcomes.forEach((outcome, i) => (this.outcomes[start + i] = outcome));
    return start + outcomes.length;
  }

  private flush(queue: Queue): void {
    const deletes = queue.deletes;
    queue.flush();
    if (deletes) this.forgetLinks();
  }

  private flushAll(): void {
    for (const queue of this.queues.values()) this.flush(queue);
  }

  /** A link that goes takes its peer along, whose name may be known. */
  private forgetLinks(): void {
    for (const queue of this.queues.values()) queue.links.forget();
  }
}
