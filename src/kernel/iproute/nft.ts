import { identifier, tableText } from '../../model/nft-text.js';
import type { Operation } from '../../model/operation.js';
import { within, type Command } from './command.js';

/** One transaction: the first line makes sure that there is something to delete. */
export function nftReplace({ netns, table }: Extract<Operation, { op: 'nft-replace' }>): readonly Command[] {
  const name = identifier(table.name);
  return [{ argv: within(netns, 'nft', '-f', '-'), stdin: `table inet ${name}\ndelete table inet ${name}\n${tableText(table)}` }];
}

export function nftDelete({ netns, table }: Extract<Operation, { op: 'nft-delete' }>): readonly Command[] {
  return [{ argv: within(netns, 'nft', 'delete', 'table', 'inet', identifier(table)) }];
}
