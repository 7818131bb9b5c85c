/** What a rule does, as opposed to what it asks, in the words of `nft`; `[name]` for what this program has no words for. */
import { addressOfBytes } from '../../../model/address.js';
import { type Expression, META, NAT, NFPROTO, REGISTER } from '../../../model/nft/expressions.js';
import { bytesOf, type Walk } from './registers.js';
import { hexadecimal } from './sources.js';

const LIMIT_UNITS = new Map([
  ['1', 'second'],
  ['60', 'minute'],
  ['3600', 'hour'],
  ['86400', 'day'],
  ['604800', 'week'],
]);

export function statementText(expression: Expression, walk: Walk): string {
  const { name, fields } = expression;
  switch (name) {
    case 'immediate':
      return String(fields['data']);
    case 'masq':
      return 'masquerade';
    case 'counter':
      return 'counter';
    case 'reject':
      return 'reject';
    case 'redir':
      return `redirect${portOf(walk, fields['portMin'], ' to :')}`;
    case 'nat':
      return natText(expression, walk);
    case 'log':
      return fields['prefix'] === undefined ? 'log' : `log prefix "${fields['prefix']}"`;
    case 'limit':
      return `limit rate ${Number(fields['flags'] ?? 0) === 1 ? 'over ' : ''}${fields['rate']}${fields['type'] === 1 ? ' bytes' : ''}/${LIMIT_UNITS.get(String(fields['unit'])) ?? fields['unit']}`;
    case 'lookup':
      return lookupText(expression, walk);
    case 'range':
      return rangeText(expression, walk);
    case 'meta':
      return `meta ${fields['key'] === META.mark ? 'mark' : fields['key']} set ${constantOf(walk, fields['sreg'])}`;
    case 'ct':
      return `ct ${fields['key']} set ${constantOf(walk, fields['sreg'])}`;
    case 'match':
    case 'target':
      return `[${name} ${nameIn(bytesOf(fields['bytes']))}]`;
    default:
      return `[${name}]`;
  }
}

/** What `iptables` brings along from before nftables: its name is the first attribute. */
function nameIn(attributes: Buffer): string {
  return attributes.length < 4 ? '?' : attributes.toString('latin1', 4, attributes.readUInt16LE(0)).replace(/\0.*$/, '');
}

function natText({ fields }: Expression, walk: Walk): string {
  const kind = fields['type'] === NAT.snat ? 'snat' : 'dnat';
  const isIpv4 = fields['family'] === NFPROTO[4];
  const bytes = walk.registers.get(Number(fields['addressMin']))?.constant;
  const port = portOf(walk, fields['portMin'], ':');
  if (bytes?.length !== (isIpv4 ? 4 : 16)) return `${kind} to ${port === '' ? '?' : port}`;
  const { text } = addressOfBytes([...bytes]);
  return `${kind} ${isIpv4 ? 'ip' : 'ip6'} to ${!isIpv4 && port !== '' ? `[${text}]` : text}${port}`;
}

function portOf(walk: Walk, register: number | string | undefined, before: string): string {
  const bytes = walk.registers.get(Number(register))?.constant;
  return register === undefined || bytes === undefined || bytes.length < 2 ? '' : `${before}${bytes.readUInt16BE()}`;
}

function constantOf(walk: Walk, register: number | string | undefined): string {
  const bytes = walk.registers.get(Number(register))?.constant;
  return bytes === undefined ? '?' : hexadecimal(bytes);
}

/** A set is named by the kernel where it stood in braces in the rule: `@__set0`. */
function lookupText({ fields }: Expression, walk: Walk): string {
  const label = walk.registers.get(Number(fields['sreg']))?.source?.label ?? '[register]';
  const verb = fields['dreg'] === undefined ? (fields['flags'] === 1 ? '!= ' : '') : fields['dreg'] === REGISTER.verdict ? 'vmap ' : 'map ';
  return `${label} ${verb}@${fields['set']}`;
}

function rangeText({ fields }: Expression, walk: Walk): string {
  const { label, format } = walk.registers.get(Number(fields['sreg']))?.source ?? { label: '[register]', format: hexadecimal };
  return `${label} ${fields['op'] === 1 ? '!= ' : ''}${format(bytesOf(fields['from']))}-${format(bytesOf(fields['to']))}`;
}
