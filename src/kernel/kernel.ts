import type { KeepRequest, Kept } from '../model/kept.js';
import type { Runtime } from '../model/lo-marks.js';
import type { NetnsObservation, Observation } from '../model/observation.js';
import type { ExecRun, Operation } from '../model/operation.js';

/** Where `ip netns` keeps the names of namespaces. */
export const NETNS_DIRECTORY = '/run/netns';

export interface ObservationScope {
  readonly lab: string;
  /** Namespaces that the topology asks for; those that carry the lab's mark are found without being asked for. */
  readonly namespaces: readonly string[];
  /** Keys to read, dotted, by namespace (`HOST` included). */
  readonly sysctls: ReadonlyMap<string, readonly string[]>;
  /** Namespaces where the lab's nftables rules may stand (`HOST` included), besides those with a bridge of the lab's; elsewhere nobody looks. */
  readonly rules: readonly string[];
  /** The lab publishes ports: what other labs publish matters. */
  readonly publishes?: boolean;
  /** Containers and images that the topology names, for a kernel that asks a container runtime. */
  readonly containers?: { readonly names: readonly string[]; readonly images: readonly string[] };
  /** Programs that the lab's own processes are: whether they are installed matters. */
  readonly programs?: readonly string[];
  /** Ports that the lab publishes on each host: who listens on them matters. */
  readonly ports?: readonly PortSpan[];
  /** The lab has macvlan links: whether the kernel can make them, and who else shares an interface, matters. */
  readonly shares?: boolean;
  /** Types of links that the lab has, and that a kernel may be built without. */
  readonly linkTypes?: readonly string[];
  /** Hosts that packets of the lab pass: what others drop there matters. */
  readonly passed?: readonly string[];
}

export interface PortSpan {
  /** Of the host. */
  readonly netns: string;
  readonly protocol: 'tcp' | 'udp';
  readonly from: number;
  readonly to: number;
}

/** What may be otherwise than it was seen; all else is not. */
export interface Changed {
  /** Names of namespaces, `HOST` for the host's: those that have come and those that have gone as well. */
  readonly namespaces: ReadonlySet<string>;
  /** Files of nodes, and the links to them. */
  readonly files: boolean;
  readonly processes: boolean;
  readonly containers: boolean;
}

/** What there is in namespaces other than the hosts': what goes on in those changes nothing of it. */
export interface Nodes extends Pick<Observation, 'namespaces'> {
  /** What stands in /etc/netns, as `NodeFilesObservation` has it; absent: it is still to be read. */
  readonly links?: ReadonlyMap<string, string | null>;
}

/** What became of one operation. */
export type Outcome =
  | { readonly ok: true }
  | {
      readonly ok: false;
      /** `EEXIST` … */
      readonly errno: string;
      /** The kernel's own sentence where it gave one (NETLINK_EXT_ACK), otherwise what the errno means here. */
      readonly message: string;
      /** What went wrong is the program's own mistake, and this tells where. */
      readonly fault?: Error;
    };

/** A namespace that lost its name and is still alive, with the processes that hold it. */
export interface HeldNetns {
  readonly netns: string;
  readonly processes: readonly { readonly pid: number; readonly command: string }[];
}

/** The labs of this machine, from the marks alone. */
export interface LabSummary {
  readonly lab: string;
  readonly namespaces: readonly string[];
  /** Whose they are, as their marks say; a name tells nothing. */
  readonly nodes: readonly { readonly node: string; readonly netns: string }[];
  readonly hostLinks: readonly string[];
  /** Nodes that live in a namespace which is not theirs alone; `HOST` for the host's. */
  readonly joined?: readonly { readonly node: string; readonly netns: string }[];
}

/** The port to the kernel. Reading methods change nothing. */
export interface Kernel {
  /** What runs the lab's containers; absent: it has none, and wants none. */
  readonly runtime?: Runtime;
  /** With `nodes` only what those leave out is read. */
  observe(scope: ObservationScope, nodes?: Nodes): Observation;
  observeNodes(scope: ObservationScope): Nodes;
  /** Only what may have changed is read; if it turns out to be as it was, `seen` itself is given. */
  observeAgain(scope: ObservationScope, seen: Observation, changed: Changed): Observation;
  labs(): readonly LabSummary[];
  /** Of the lab's containers, by the mark in the kernel; null: it has none. */
  runtimeOf(lab: string): Runtime | null;
  /** What there is in a namespace, `HOST` for the host's, or in that of a process, whatever its name; whose it is does not matter. */
  look(where: { readonly netns: string } | { readonly pid: number }): Pick<NetnsObservation, 'links' | 'routes'>;
  /**
   * Lets the kernel check nft transactions among the operations without committing them, those of namespaces that are still to come too, and
   * asks for parts that it may lack.
   */
  check(operations: readonly Operation[]): readonly Outcome[];
  keep(request: KeepRequest): Promise<Kept>;
  /** Loads what these operations take beyond netlink; to be waited for before they are run. */
  prepare(operations: readonly Operation[]): Promise<void>;
  /**
   * Runs all in order, but no `exec-run`, refusals included: one outcome for each. Where it waits for something else than the kernel, the event
   * loop turns: whoever presses Ctrl-C is heard.
   */
  run(operations: readonly Operation[]): Promise<readonly Outcome[]>;
  /** No operation that is to come is meant for these namespaces: the next `observe` may take what they say from now on. */
  leave(namespaces: readonly string[]): void;
  /** Of each that starts a process or signals one, whether that goes on by now; of the others nothing is known. */
  goesOn(operations: readonly Operation[]): readonly Outcome[];
  /** Runs one command to its end, or ends it when `stop` is aborted; yields the lines that it writes. */
  execute(operation: ExecRun, stop?: AbortSignal): AsyncGenerator<string, Outcome>;
  /** Waits until namespaces deleted by `run` are gone, at most `timeoutMs`; gives those that are still held. */
  settle(timeoutMs: number): Promise<readonly HeldNetns[]>;
  /** Waits until links that were last observed up, and bridges that `run` made, pass packets on; at most `timeoutMs`. */
  waitForLinks(timeoutMs: number): Promise<void>;
  close(): void;
}

/** A namespace to hear of. */
export interface Attended {
  /** `HOST` for the host's. */
  readonly netns: string;
  /** Of the namespace that is meant. */
  readonly inode: number | undefined;
  /** It has neighbours that do not come and go by themselves. */
  readonly keepsNeighbours: boolean;
}

/** What was heard since the last time. */
export interface Notices {
  /** Names of those in which something has changed, and of those that have ended. */
  readonly namespaces: ReadonlySet<string>;
  /** Processes that have ended. */
  readonly processes: ReadonlySet<number>;
  /** Announcements of the kernel. */
  readonly count: number;
  /** There were more of them than could be kept: anything may have changed. */
  readonly isLost: boolean;
}

export interface Listener {
  /** Instead of what was to be heard of before. Gives names of namespaces that are heard of only from now on. */
  attend(namespaces: readonly Attended[], processes: ReadonlySet<number>): ReadonlySet<string>;
  /** Until there is something to take. */
  ready(): Promise<void>;
  take(): Notices;
  close(): Promise<void>;
}
