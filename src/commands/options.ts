/** Arguments of the commands, as they come out of the command line. */
import type { OnError } from '../model/event.js';
import type { Runtime } from '../model/lo-marks.js';

export interface CommonOptions {
  /** Results and errors only. */
  readonly quiet: boolean;
  /** Each operation of the kernel. */
  readonly verbose: boolean;
  /** What the schema marks as sensitive, too. */
  readonly showSensitive: boolean;
  /** Stack traces. */
  readonly debug: boolean;
}

/** Of commands that may have to do with containers. */
export interface RuntimeOption {
  readonly runtime?: Runtime | undefined;
}

export interface ValidateArguments extends CommonOptions {
  /** Empty: the default file. */
  readonly files: readonly string[];
  /** `--json` has become `format: 'json'`. */
  readonly format: ValidateFormat;
}

export type PlanFormat = 'text' | 'json' | 'shell' | 'markdown' | 'diff';
export type ValidateFormat = 'text' | 'json' | 'github' | 'sarif';

export interface PinArguments extends CommonOptions {
  readonly file: string | undefined;
  /** Writes nothing. */
  readonly check: boolean;
}

export interface PlanArguments extends CommonOptions, RuntimeOption {
  readonly file: string | undefined;
  /** `--json` has become `format: 'json'`. */
  readonly format: PlanFormat;
  readonly detailedExitcode: boolean;
  /** What is somebody else's and in the way is taken over. */
  readonly adopt?: boolean;
  /** A file that the plan is saved to. */
  readonly out?: string;
}

export interface PlanFromArguments extends PlanArguments {
  /** A file, or `git:REVISION`. */
  readonly from: string;
}

export interface ApplyArguments extends CommonOptions, RuntimeOption {
  /** What is somebody else's and in the way is taken over. */
  readonly adopt?: boolean;
  readonly file: string | undefined;
  readonly yes: boolean;
  readonly json: boolean;
  readonly lockTimeoutMs: number;
  readonly onError: OnError;
  /** So long it may be confirmed before it is reverted. */
  readonly confirmMs?: number;
}

export interface ConfirmArguments extends CommonOptions {
  readonly file: string | undefined;
  readonly lab: string | undefined;
  readonly revert: boolean;
  readonly lockTimeoutMs: number;
}

export interface DestroyArguments extends ApplyArguments {
  readonly lab: string | undefined;
}

export interface StatusArguments extends CommonOptions, RuntimeOption {
  readonly file: string | undefined;
  readonly json: boolean;
}

export interface WatchArguments extends CommonOptions, RuntimeOption {
  /** A file, or a directory of which every topology is meant. */
  readonly file: string | undefined;
  /** Put right what differs. */
  readonly repair: boolean;
  /** Destroy a lab whose file is gone. */
  readonly prune: boolean;
  readonly json: boolean;
  /** How often everything is read again, whatever was heard. */
  readonly resyncMs: number;
  readonly metricsFile: string | undefined;
  /** Of the loopback. */
  readonly metricsListen: { readonly host: string; readonly port: number } | undefined;
}

export interface ListArguments extends CommonOptions {
  readonly json: boolean;
}

export interface ShowArguments extends CommonOptions {
  readonly node: string | undefined;
  readonly lab: string | undefined;
  readonly format: 'text' | 'json' | 'yaml';
  /** Networks, endpoints and sandboxes instead. */
  readonly docker: boolean;
}

export interface ExecArguments extends CommonOptions, RuntimeOption {
  /** NODE or LAB.NODE. */
  readonly node: string;
  readonly lab: string | undefined;
  readonly command: readonly string[];
  /** Through the container's runtime, in the container. */
  readonly inContainer: boolean;
}

export interface ShellArguments extends CommonOptions, RuntimeOption {
  readonly node: string;
  readonly lab: string | undefined;
  readonly inContainer: boolean;
}

export interface LogsArguments extends CommonOptions {
  /** NODE or LAB.NODE. */
  readonly node: string;
  readonly lab: string | undefined;
  /** Of this process only. */
  readonly name: string | undefined;
  readonly follow: boolean;
  /** So many lines of each process, the last ones. */
  readonly tail: number | undefined;
}

export interface CaptureArguments extends CommonOptions {
  /** NODE, LAB.NODE or `host`, with `:INTERFACE` if not all are meant. */
  readonly target: string;
  readonly lab: string | undefined;
  /** A file for the packets; `-` is standard output. */
  readonly write: string | undefined;
  /** End after so many packets. */
  readonly count: number | undefined;
  /** Words of pcap-filter(7). */
  readonly filter: readonly string[];
}

export interface SandboxListArguments extends CommonOptions {
  readonly json: boolean;
}

export interface SandboxRemoveArguments extends CommonOptions {
  readonly names: readonly string[];
}
