/** Single texts → addresses, CIDRs, MAC addresses in canonical form. What is wrong is reported, and reads as absent. */
import {
  canonicalMac,
  cidrOf,
  hasHostBits,
  isUnicastMac,
  networkOf,
  parseAddress,
  parseCidr,
  type Cidr,
  type Family,
} from '../../model/address.js';
import { parseRate } from '../../model/rate.js';
import { quote } from '../report.js';
import type { Mapping } from '../tree.js';
import { complain, textAt, type Reading, type Text } from './read.js';

const EXAMPLES: { readonly [family in Family]: { readonly address: string; readonly cidr: string } } = {
  4: { address: '10.0.0.5', cidr: '10.0.0.0/24' },
  6: { address: 'fd00::5', cidr: 'fd00::/64' },
};

/** A plain address; of the family, if one is given. */
export function readAddress(reading: Reading, text: Text | undefined, family?: Family): string | undefined {
  if (text === undefined) return undefined;
  const address = parseAddress(text.text);
  if (address !== null && (family === undefined || address.family === family)) return address.text;
  const kind = family === undefined ? 'IP' : `IPv${family}`;
  complain(reading, 'bad-address', text, `${quote(text.text)} is not an ${kind} address`, { hint: addressHint(text.text, family) });
  return undefined;
}

function addressHint(text: string, family: Family | undefined): string {
  const cidr = parseCidr(text);
  if (cidr !== null && (family === undefined || cidr.family === family)) return `without a prefix length: ${cidr.address.text}`;
  const other = parseAddress(text)?.family ?? cidr?.family;
  if (family !== undefined && other !== undefined) return `it is an IPv${other} address: write it as ipv${other}_address`;
  const octal = text.replace(/\b0+(?=\d)/g, '');
  return octal !== text && parseAddress(octal)?.family === 4
    ? `without leading zeros: ${octal}`
    : `for example ${EXAMPLES[family ?? 4].address}`;
}

/** An address with a prefix length, host bits allowed: what an interface has. */
export function readInterfaceAddress(reading: Reading, text: Text | undefined, family?: Family): Cidr | undefined {
  if (text === undefined) return undefined;
  const cidr = parseCidr(text.text);
  if (cidr !== null && (family === undefined || cidr.family === family)) return cidr;
  const kind = family === undefined ? 'an IP' : `an IPv${family}`;
  complain(reading, 'bad-cidr', text, `${quote(text.text)} is not ${kind} address with a prefix length`, {
    hint: cidrHint(text.text, family),
  });
  return undefined;
}

/** A subnet: a CIDR whose host bits are zero. */
export function readSubnet(reading: Reading, text: Text | undefined): Cidr | undefined {
  const cidr = readInterfaceAddress(reading, text);
  if (text === undefined || cidr === undefined) return undefined;
  if (!hasHostBits(cidr)) return cidr;
  const message = `${quote(text.text)} has bits set beyond its prefix length of ${cidr.prefix}`;
  complain(reading, 'host-bits', text, message, { hint: `the subnet is ${networkOf(cidr).text}` });
  return undefined;
}

/** A destination: a CIDR without host bits, or an address, which is the one host. */
export function readPrefix(reading: Reading, text: Text | undefined): Cidr | undefined {
  const address = text === undefined ? null : parseAddress(text.text);
  return address === null ? readSubnet(reading, text) : cidrOf(address, address.family === 4 ? 32 : 128);
}

function cidrHint(text: string, family: Family | undefined): string {
  const address = parseAddress(text);
  if (address !== null && (family === undefined || address.family === family))
    return `with a prefix length: ${address.text}/${address.family === 4 ? 24 : 64}`;
  const other = address?.family ?? parseCidr(text)?.family;
  if (family !== undefined && other !== undefined) return `it is an IPv${other} address: write it as ipv${other}_address`;
  return `for example ${EXAMPLES[family ?? 4].cidr}`;
}

/** `mac_address` of the mapping, if it is one that an interface can have. */
export function readMac(reading: Reading, map: Mapping, key = 'mac_address'): string | undefined {
  const text = textAt(map, key);
  if (text === undefined) return undefined;
  const mac = canonicalMac(text.text);
  if (mac === null) {
    const bare = text.text.replace(/[^0-9a-fA-F]/g, '').toLowerCase();
    const hint = bare.length === 12 ? `write ${bare.replace(/..(?=.)/g, '$&:')}` : 'for example 02:42:ac:11:00:02';
    complain(reading, 'bad-mac', text, `${quote(text.text)} is not a MAC address`, { hint });
    return undefined;
  }
  if (isUnicastMac(mac)) return mac;
  const hint = 'the first byte must be even and not all bytes zero, for example 02:00:00:00:00:01';
  complain(reading, 'mac-multicast', text, `${quote(text.text)} is no address that an interface can have`, { hint });
  return undefined;
}

/** Bits in a second. */
export function readRate(reading: Reading, map: Mapping): number | undefined {
  const text = textAt(map, 'rate');
  if (text === undefined) return undefined;
  const rate = parseRate(text.text);
  if (rate !== null) return rate;
  complain(reading, 'bad-rate', text, `${quote(text.text)} is no rate between 8kbit and 100gbit`, {
    hint: 'a number and its unit without a space, such as 10mbit; the units are bit, kbit, mbit and gbit',
  });
  return undefined;
}
