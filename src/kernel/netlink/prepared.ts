/** What is loaded only where there are operations that take it. */
import type { NftMessage, Operation, ProcessOperation } from '../../model/operation.js';
import type { Outcome } from '../kernel.js';
import type { Transaction } from './nft/transaction.js';

/** Null: not yet. */
export interface Prepared {
  goesOn: ((operation: Operation) => Outcome) | null;
  runProcesses: ((operations: readonly ProcessOperation[]) => Promise<readonly Outcome[]>) | null;
  encodeRestore: ((table: string, messages: readonly NftMessage[]) => Transaction) | null;
}

export const isOfProcess = (operation: Operation): operation is ProcessOperation => operation.op.startsWith('process-');

export async function prepare(prepared: Prepared, operations: readonly Operation[]): Promise<void> {
  if (operations.some(isOfProcess)) {
    const { goesOn, runProcesses } = await import('../processes/run.js');
    Object.assign(prepared, { goesOn, runProcesses });
  }
  if (operations.some(({ op }) => op === 'nft-restore')) prepared.encodeRestore = (await import('./nft/raw.js')).encodeRestore;
}

export function prepared<T>(part: T | null): T {
  if (part === null) throw new Error('operations of this kind have to be prepared');
  return part;
}
