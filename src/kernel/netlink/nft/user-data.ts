/** Comments: the kernel keeps them as opaque bytes, which `nft` fills with types, lengths and values of one byte each. */
import { ATTRIBUTE_HEADER, attributeEnd, type Bytes } from '../message.js';

/** NFTNL_UDATA_TABLE_COMMENT, NFTNL_UDATA_CHAIN_COMMENT, NFTNL_UDATA_RULE_COMMENT of libnftnl. */
const COMMENT = 0;
const LONGEST_COMMENT = 127;

export function encodeComment(comment: string): Buffer {
  const text = Buffer.from(`${comment}\0`);
  if (text.length > LONGEST_COMMENT + 1) throw new RangeError(`a comment has at most ${LONGEST_COMMENT} bytes: ${comment}`);
  return Buffer.concat([Buffer.from([COMMENT, text.length]), text]);
}

/**
 * What `nft` leaves with a map of verdicts: byte order of the keys (the host's, or the network's for addresses), of the data
 * (none), data are no intervals. It lists the names of interfaces only where it finds this.
 */
export function verdictMapUserData(ofAddresses: boolean): Buffer {
  return Buffer.from([0, 4, ofAddresses ? 2 : 1, 0, 0, 0, 1, 4, 0, 0, 0, 0, 6, 4, 0, 0, 0, 0]);
}

export interface UserData {
  readonly comment: string;
  /** Entries of other types, in hexadecimal; newer releases of `nft` leave their version in a table. */
  readonly rest: string;
}

export const NO_USER_DATA: UserData = { comment: '', rest: '' };

/** Of the attribute at `at`. */
export function userDataAt({ buffer, view }: Bytes, at: number): UserData {
  const end = attributeEnd(view, at);
  let comment: string | null = null;
  let rest = '';
  for (let entry = at + ATTRIBUTE_HEADER; entry < end;) {
    const next = entry + 2 + (buffer[entry + 1] ?? 0);
    if (buffer[entry] === COMMENT && comment === null && next <= end) comment = withoutZero(buffer, entry + 2, next);
    else rest += buffer.toString('hex', entry, Math.min(next, end));
    entry = next;
  }
  return { comment: comment ?? '', rest };
}

function withoutZero(buffer: Buffer, start: number, end: number): string {
  return buffer.toString('utf8', start, end > start && buffer[end - 1] === 0 ? end - 1 : end);
}
