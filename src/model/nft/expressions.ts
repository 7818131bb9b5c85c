/**
 * The kernel's expressions: the instructions that a rule is made of. What is known of each is a table, one row per
 * attribute, which drives encoding, decoding and comparing (`linux/netfilter/nf_tables.h`).
 */

/** Bytes as `0x0a000001` in packet order, a verdict as `accept` or `jump chain`, everything else as itself. */
export type Field = number | string;

export interface Expression {
  readonly name: string;
  readonly fields: Readonly<Record<string, Field>>;
}

/** Numbers are in network order on the wire; `data` is a nested value or verdict. */
export type FieldType = 'u8' | 'u16' | 'u32' | 'u64' | 'string' | 'data';

export interface FieldRow {
  readonly attribute: number;
  readonly field: string;
  readonly type: FieldType;
  /** What the kernel takes where the attribute is absent; a field of that value is left out of the canonical form. */
  readonly absent?: Field;
}

export const EXPRESSIONS: ReadonlyMap<string, readonly FieldRow[]> = new Map([
  row('meta', [1, 'dreg', 'u32'], [2, 'key', 'u32'], [3, 'sreg', 'u32']),
  row('cmp', [1, 'sreg', 'u32'], [2, 'op', 'u32'], [3, 'data', 'data']),
  row('range', [1, 'sreg', 'u32'], [2, 'op', 'u32'], [3, 'from', 'data'], [4, 'to', 'data']),
  row(
    'payload',
    [1, 'dreg', 'u32'],
    [2, 'base', 'u32'],
    [3, 'offset', 'u32'],
    [4, 'len', 'u32'],
    [5, 'sreg', 'u32'],
    [6, 'checksumType', 'u32', 0],
    [7, 'checksumOffset', 'u32', 0],
    [8, 'checksumFlags', 'u32', 0],
  ),
  row(
    'bitwise',
    [1, 'sreg', 'u32'],
    [2, 'dreg', 'u32'],
    [3, 'len', 'u32'],
    [4, 'mask', 'data'],
    [5, 'xor', 'data'],
    [6, 'op', 'u32', 0],
    [7, 'data', 'data'],
  ),
  row('ct', [1, 'dreg', 'u32'], [2, 'key', 'u32'], [3, 'direction', 'u8'], [4, 'sreg', 'u32']),
  row('fib', [1, 'dreg', 'u32'], [2, 'result', 'u32'], [3, 'flags', 'u32']),
  row('immediate', [1, 'dreg', 'u32'], [2, 'data', 'data']),
  row(
    'nat',
    [1, 'type', 'u32'],
    [2, 'family', 'u32'],
    [3, 'addressMin', 'u32'],
    [4, 'addressMax', 'u32'],
    [5, 'portMin', 'u32'],
    [6, 'portMax', 'u32'],
    [7, 'flags', 'u32', 0],
  ),
  row('masq', [1, 'flags', 'u32', 0], [2, 'portMin', 'u32'], [3, 'portMax', 'u32']),
  row('redir', [1, 'portMin', 'u32'], [2, 'portMax', 'u32'], [3, 'flags', 'u32', 0]),
  row('lookup', [1, 'set', 'string'], [2, 'sreg', 'u32'], [3, 'dreg', 'u32'], [5, 'flags', 'u32', 0]),
  row('limit', [1, 'rate', 'u64'], [2, 'unit', 'u64'], [3, 'burst', 'u32', 0], [4, 'type', 'u32', 0], [5, 'flags', 'u32', 0]),
  row(
    'log',
    [1, 'group', 'u16'],
    [2, 'prefix', 'string'],
    [3, 'snaplen', 'u32', 0],
    [4, 'threshold', 'u16', 0],
    [5, 'level', 'u32'],
    [6, 'flags', 'u32', 0],
  ),
  row('reject', [1, 'type', 'u32'], [2, 'code', 'u8']),
]);

/** Attributes that change by themselves as packets pass; such an expression is known by its name alone. */
export const COUNTING: ReadonlySet<string> = new Set(['counter', 'last']);

/** `enum nft_cmp_ops` */
export const CMP = { eq: 0, neq: 1, lt: 2, lte: 3, gt: 4, gte: 5 } as const;
/** `enum nft_meta_keys` */
export const META = { mark: 3, iifname: 6, oifname: 7, nfproto: 15, l4proto: 16 } as const;
/** `enum nft_payload_bases` */
export const PAYLOAD = { link: 0, network: 1, transport: 2 } as const;
/** `enum nft_ct_keys` */
export const CT = { state: 0, status: 2 } as const;
export const CT_STATE = { established: 2, related: 4 } as const;
/** IPS_DST_NAT of `linux/netfilter/nf_conntrack_common.h`. */
export const CT_STATUS_DNAT = 0x20;
export const FIB_RESULT_OIF = 1;
export const FIB_RESULT_TYPE = 3;
/** NFTA_FIB_F_SADDR, NFTA_FIB_F_IIF and NFTA_FIB_F_PRESENT: is there such a way at all. */
export const FIB_WAY_BACK = 0x29;
/** NFTA_FIB_F_SADDR and NFTA_FIB_F_DADDR. */
export const FIB_SIDE = { saddr: 1, daddr: 2 } as const;
/** RTN_LOCAL of `linux/rtnetlink.h`. */
export const ADDRESS_TYPE_LOCAL = 2;
/** `enum nft_nat_types` */
export const NAT = { snat: 0, dnat: 1 } as const;
/** NF_NAT_RANGE_MAP_IPS and NF_NAT_RANGE_PROTO_SPECIFIED of `linux/netfilter/nf_nat.h`. */
export const NAT_FLAGS = { address: 1, port: 2 } as const;
export const IPPROTO = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58 } as const;
/** `linux/netfilter.h` */
export const NFPROTO = { 4: 2, 6: 10 } as const;
/** The verdict's register and the first two of 16 bytes. */
export const REGISTER = { verdict: 0, first: 1, second: 2 } as const;

function row(name: string, ...fields: readonly (readonly [number, string, FieldType, Field?])[]): [string, readonly FieldRow[]] {
  return [
    name,
    fields.map(([attribute, field, type, absent]) => ({ attribute, field, type, ...(absent === undefined ? {} : { absent }) })),
  ];
}
