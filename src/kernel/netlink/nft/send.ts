/** Carries out a transaction and says what became of it, down to the rule that the kernel refused. */
import { ruleText } from '../../../model/nft-text.js';
import type { Outcome } from '../../kernel.js';
import { errnoName, SystemCallError } from '../libc.js';
import { bytesOf } from '../message.js';
import type { NetlinkSocket } from '../socket.js';
import type { Subject, Transaction } from './transaction.js';

/** What an errno means here; the kernel rarely adds a sentence of its own (seen on 6.18). */
const SENTENCES: { readonly [errno: string]: string } = {
  EPERM: 'not permitted: it takes CAP_NET_ADMIN, and no other program may own the table',
  ENOENT: 'the kernel lacks what it asks for: a chain that is jumped to, or a module (nft_nat, nft_masq, nft_fib_inet, nft_ct)',
  EOPNOTSUPP: 'the kernel does not do this in a chain of that type or at that hook',
  EEXIST: 'it exists already',
  EINVAL: 'the kernel finds it invalid',
  ELOOP: 'the chains jump in a circle',
  EMLINK: 'the chains jump too deep',
  EBUSY: 'it is in use',
  EMSGSIZE: 'the rules are larger than one message may be: raise net.core.wmem_max',
  ENOBUFS: 'the kernel refused more messages than it could report',
};

/** The receive buffer ran over: the first refusals are in it, what came after them is unknown. */
const LOST = 'ENOBUFS';

/** With the socket of the namespace. A transaction without an end is only checked. */
export function sendTransaction(socket: NetlinkSocket, { messages, subjects }: Transaction): Outcome {
  try {
    const replies = socket.exchange(bytesOf(messages), messages.length);
    const named = replies.findIndex(({ errno }) => errno !== 0 && errnoName(errno) !== LOST);
    const failed = named < 0 ? replies.findIndex(({ errno }) => errno !== 0) : named;
    const reply = replies[failed];
    return reply === undefined ? { ok: true } : refusal(errnoName(reply.errno), reply.sentence, subjects[failed]);
  } catch (error) {
    if (error instanceof SystemCallError) return refusal(error.code, '', undefined);
    throw error;
  }
}

/** What refuses the head of a transaction is no rule (`nfnetlink_rcv_batch`). */
const NO_NFTABLES =
  'this kernel has none: it takes CONFIG_NF_TABLES and CONFIG_NF_TABLES_INET, as parts of the kernel or as modules (modprobe nf_tables)';

export function refusal(errno: string, sentence: string, subject: Subject | undefined): Outcome {
  if (errno === 'EOPNOTSUPP' && subject?.part === 'transaction') return { ok: false, errno, message: `nftables: ${NO_NFTABLES}` };
  const reason = sentence === '' ? (SENTENCES[errno] ?? errno) : sentence;
  return { ok: false, errno, message: `${subject === undefined ? 'nftables' : subjectText(subject)}: ${reason}` };
}

/** `rule 3 of chain prerouting in table topo_lab (tcp dport 80 accept)` */
export function subjectText(subject: Subject): string {
  switch (subject.part) {
    case 'transaction':
      return 'nftables';
    case 'table':
      return `table ${subject.table}`;
    case 'map':
      return `map ${subject.map} in table ${subject.table}`;
    case 'chain':
      return `chain ${subject.chain.name} in table ${subject.table}`;
    case 'rule':
      return `rule ${subject.index + 1} of chain ${subject.chain} in table ${subject.table} (${ruleText(subject.rule)})`;
  }
}
