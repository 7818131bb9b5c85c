import type { Operation } from '../../model/operation.js';
import { encodeDelete, encodeReplace, type Transaction } from './nft/transaction.js';
import { prepared, type Prepared } from './prepared.js';

type TableOperation = Extract<Operation, { op: 'nft-replace' | 'nft-restore' | 'nft-delete' }>;

export function transactionOf(operation: TableOperation, { encodeRestore }: Prepared): Transaction {
  switch (operation.op) {
    case 'nft-replace':
      return encodeReplace(operation.table, true);
    case 'nft-restore':
      return prepared(encodeRestore)(operation.table, operation.messages);
    case 'nft-delete':
      return encodeDelete(operation.table, true);
  }
}
