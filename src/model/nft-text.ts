/**
 * nftables rules as `nft -f` takes them and `nft list` gives them, for people and for the adapter that runs `nft`.
 *
 * Names of tables and chains: letters, digits, `_`, `-`, `.`, `/`, a letter first, and no word of the language
 * (`fwd`, `ip`, `dnat`, `input` is fine …): nft 1.0.6 has no way to quote them. This module cannot tell the words of
 * every release, so names are to be made with an underscore or a prefix.
 */
import { canonicalPrefix, effectiveMatches } from './nft-rule.js';
import type { NftChain, NftMap, NftMatch, NftRule, NftTable, NftVerdict } from './operation.js';

const IDENTIFIER = /^[A-Za-z][A-Za-z0-9_\-./]*$/;
/** A quoted string ends at the next quote, whatever stands before it. */
const UNQUOTABLE = /["\n\r\0]/;
/** An asterisk at the end of an interface name makes a pattern of it. */
const UNQUOTABLE_INTERFACE = /["\\*\s\0]/;
/** Bytes of a comment, without the terminating zero (NFTNL_UDATA_COMMENT_MAXLEN of libnftnl). */
const COMMENT_BYTES = 127;

/** `iifname != "br0" ip daddr 172.8.0.0/16 tcp dport 8000-8002 dnat ip to 172.8.0.8:80 comment "nodes.web.ports[0]"` */
export function ruleText(rule: NftRule): string {
  const words = [...effectiveMatches(rule).map(matchText), verdictText(rule.verdict)];
  if (rule.comment !== '') words.push(`comment ${quotedComment(rule.comment)}`);
  return words.join(' ');
}

/** `type nat hook prerouting priority -100; policy accept;` or '' */
export function chainHookText(chain: NftChain): string {
  if (chain.hook === undefined) return '';
  const { type, hook, priority } = chain.hook;
  return `type ${type} hook ${hook} priority ${priority}; policy accept;`;
}

/** A block for `nft -f`; chains stand in the table's order, so that what is jumped to may follow. */
export function tableText(table: NftTable): string {
  const lines = [`table inet ${identifier(table.name)} {`];
  if (table.comment !== '') lines.push(`  comment ${quotedComment(table.comment)}`);
  for (const map of table.maps ?? []) for (const line of mapLines(map)) lines.push(line);
  for (const chain of table.chains) for (const line of chainLines(chain)) lines.push(line);
  return [...lines, '}', ''].join('\n');
}

/** The name itself, checked. */
export function identifier(name: string): string {
  if (!IDENTIFIER.test(name))
    throw new RangeError(`nftables cannot have the name ${JSON.stringify(name)}: a letter, then letters, digits and _-./`);
  return name;
}

export function quotedComment(comment: string): string {
  if (UNQUOTABLE.test(comment)) throw new RangeError(`an nftables comment holds no quotes and no line breaks: ${JSON.stringify(comment)}`);
  if (Buffer.byteLength(comment) > COMMENT_BYTES)
    throw new RangeError(`an nftables comment has at most ${COMMENT_BYTES} bytes: ${comment}`);
  return `"${comment}"`;
}

/** `"br0" : jump to-front`, `10.0.0.5 : accept` */
export function elementText(key: string, verdict: string): string {
  return `${key} : ${verdict}`;
}

/** In the words of `nft`, checked. */
export function elementsOf(map: NftMap): readonly { readonly key: string; readonly verdict: string }[] {
  const jump = (chain: string): string => `jump ${identifier(chain)}`;
  if (!('family' in map)) return map.elements.map(({ interface: name, chain }) => ({ key: quotedInterface(name), verdict: jump(chain) }));
  return map.elements.map(({ address, chain }) => ({
    key: canonicalPrefix(address).text,
    verdict: chain === undefined ? 'accept' : jump(chain),
  }));
}

const KEY_TYPES = { interface: 'ifname', 4: 'ipv4_addr', 6: 'ipv6_addr' } as const;

export type MapKey = keyof typeof KEY_TYPES;

export const mapKeyOf = (map: NftMap): MapKey => ('family' in map ? map.family : 'interface');

/** `type ifname : verdict` */
export const mapType = (key: MapKey): string => `type ${KEY_TYPES[key]} : verdict`;

function mapLines(map: NftMap): string[] {
  const texts = elementsOf(map).map(({ key, verdict }) => elementText(key, verdict));
  return [
    `  map ${identifier(map.name)} {`,
    `    ${mapType(mapKeyOf(map))}`,
    ...(texts.length === 0 ? [] : ['    elements = {', ...texts.map((text) => `      ${text},`), '    }']),
    '  }',
  ];
}

function chainLines(chain: NftChain): string[] {
  const hook = chainHookText(chain);
  const inner = [...(hook === '' ? [] : [hook]), ...chain.rules.map(ruleText)];
  return [`  chain ${identifier(chain.name)} {`, ...inner.map((line) => `    ${line}`), '  }'];
}

function matchText(match: NftMatch): string {
  switch (match.match) {
    case 'iifname':
    case 'oifname':
      return `${match.match} ${match.negate ? '!= ' : ''}${quotedInterface(match.name)}`;
    case 'saddr':
    case 'daddr': {
      const prefix = canonicalPrefix(match.prefix);
      return `${prefix.family === 4 ? 'ip' : 'ip6'} ${match.match} ${match.negate ? '!= ' : ''}${prefix.text}`;
    }
    case 'dport':
      return `${match.protocol} dport ${match.from === match.to ? match.from : `${match.from}-${match.to}`}`;
    case 'fib-local':
      return `fib ${match.side} type local`;
    case 'fib-no-way-back':
      return 'fib saddr . iif oif missing';
    case 'l4proto':
      return `meta l4proto ${match.protocol === 'icmp' ? 'icmp' : 'ipv6-icmp'}`;
    case 'nfproto':
      return `meta nfproto ipv${match.family}`;
    case 'ct-state-established-related':
      return 'ct state established,related';
    case 'ct-status-dnat':
      return 'ct status dnat';
  }
}

function verdictText(verdict: NftVerdict): string {
  switch (verdict.verdict) {
    case 'accept':
    case 'drop':
    case 'return':
    case 'masquerade':
      return verdict.verdict;
    case 'jump':
      return `jump ${identifier(verdict.chain)}`;
    case 'vmap':
      return `${verdict.key} vmap @${identifier(verdict.map)}`;
    case 'vmap-saddr':
      return `${verdict.family === 4 ? 'ip' : 'ip6'} saddr vmap @${identifier(verdict.map)}`;
    case 'snat':
      return natText('snat', verdict.address, undefined);
    case 'dnat':
      return natText('dnat', verdict.address, verdict.port);
  }
}

/** In a table of family inet the family has to be said; an IPv6 address before a port stands in brackets. */
function natText(verdict: 'snat' | 'dnat', address: string, port: number | undefined): string {
  const { family, text } = canonicalPrefix(address);
  const target = port === undefined ? text : `${family === 4 ? text : `[${text}]`}:${port}`;
  return `${verdict} ${family === 4 ? 'ip' : 'ip6'} to ${target}`;
}

function quotedInterface(name: string): string {
  if (name === '' || UNQUOTABLE_INTERFACE.test(name)) throw new RangeError(`not an interface name: ${JSON.stringify(name)}`);
  return `"${name}"`;
}
