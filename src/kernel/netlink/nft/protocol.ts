/** Numbers of nfnetlink and nf_tables (`linux/netfilter/nfnetlink.h`, `linux/netfilter/nf_tables.h`). */

const NFNL_SUBSYS_NFTABLES = 10;

/** Types of messages: subsystem in the high byte. */
export const NFT = {
  newTable: message(0),
  getTable: message(1),
  deleteTable: message(2),
  newChain: message(3),
  getChain: message(4),
  newRule: message(6),
  getRule: message(7),
  newSet: message(9),
  getSet: message(10),
  newSetElement: message(12),
  getSetElement: message(13),
  newObject: message(18),
  getObject: message(19),
  newFlowtable: message(22),
  getFlowtable: message(23),
} as const;

/** Control messages around a transaction; they carry the subsystem's number in the header. */
export const BATCH_BEGIN = 0x10;
export const BATCH_END = 0x11;
export const BATCH_SUBSYSTEM = NFNL_SUBSYS_NFTABLES;

/** `struct nfgenmsg`: family, version, then 16 bits in network order: in answers the low half of the generation. */
export const GENERIC_HEADER = 4;
export const NFPROTO_INET = 1;

export const TABLE = { name: 1, flags: 2, use: 3, userData: 6 } as const;
export const TABLE_DORMANT = 1;

export const CHAIN = { table: 1, name: 3, hook: 4, policy: 5, type: 7, counters: 8, flags: 10, userData: 12 } as const;
/** Set by the kernel for each chain with a hook. */
export const CHAIN_BASE = 1;
export const HOOK = { number: 1, priority: 2, device: 3, devices: 4 } as const;
/** `enum nf_inet_hooks`, in order. */
export const HOOK_NAMES = ['prerouting', 'input', 'forward', 'output', 'postrouting', 'ingress'] as const;
/** `linux/netfilter.h` */
export const NF_DROP = 0;
export const NF_ACCEPT = 1;

export const RULE = { table: 1, chain: 2, expressions: 4, compat: 5, userData: 7 } as const;
export const LIST_ELEMENT = 1;
export const EXPRESSION = { name: 1, data: 2 } as const;
export const DATA = { value: 1, verdict: 2 } as const;
export const VERDICT = { code: 1, chain: 2 } as const;

export const SET = { table: 1, name: 2, flags: 3, keyType: 4, keyLength: 5, dataType: 6, description: 9, id: 10, userData: 13 } as const;
export const SET_IS_ANONYMOUS = 1;
export const SET_IS_INTERVAL = 4;
export const SET_IS_MAP = 8;
/** `enum nft_set_desc_attributes` and `nft_set_field_attributes`. */
export const SET_DESCRIPTION = { parts: 2, length: 1 } as const;
/** NFT_DATA_VERDICT */
export const SET_DATA_VERDICT = 0xffffff00;
/** TYPE_IFNAME, TYPE_IPADDR and TYPE_IP6ADDR of nft, which the kernel only keeps, and the bytes of a key (IFNAMSIZ). */
export const SET_KEYS = {
  interface: { type: 41, length: 16 },
  4: { type: 7, length: 4 },
  6: { type: 8, length: 16 },
} as const;
export const SET_ELEMENTS = { table: 1, set: 2, elements: 3 } as const;
export const SET_ELEMENT = { key: 1, data: 2, flags: 3, keyEnd: 10 } as const;

/** Sets, objects and flowtables all have the table's name in 1 and their own in 2. */
export const MEMBER = { table: 1, name: 2 } as const;

function message(number: number): number {
  return (NFNL_SUBSYS_NFTABLES << 8) | number;
}
