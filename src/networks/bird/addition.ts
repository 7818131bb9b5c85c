/** What a network driver adds to the daemon of a host, beside what the host's own `routing` asks for. */
import type { SourceRange } from '../../model/diagnostic.js';
import type { BirdFilter, BirdProtocol } from './config.js';

type Rules = BirdFilter['rules'];

export interface BirdAddition {
  readonly protocols: readonly BirdProtocol[];
  /** Which routes of the kernel the daemon looks at: all but those that are rejected. */
  readonly ignored: Rules;
  /** Before all else that is decided about what goes into the kernel. */
  readonly kept: Rules;
  /** Before all else that is decided about what neighbors of `routing` are told. */
  readonly announced: Rules;
  readonly path: string;
  readonly at: SourceRange;
}
