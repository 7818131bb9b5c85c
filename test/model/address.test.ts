import { isIP } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  addressAt,
  addressOf,
  broadcastOf,
  canonical,
  canonicalMac,
  contains,
  firstHost,
  hasHostBits,
  isReservedIn,
  isUnicastMac,
  lastOf,
  networkOf,
  numberOf,
  overlaps,
  parseAddress,
  parseCidr,
  sizeOf,
  type Cidr,
} from '../../src/model/address.js';

const cidr = (text: string): Cidr => parseCidr(text)!;

describe('an address or a CIDR', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['::ffff:1.2.3.4', '::ffff:102:304'],
    ['::1.2.3.4', '::102:304'],
    ['2001:DB8::/32', '2001:db8::/32'],
    ['10.0.0.5/24', '10.0.0.5/24'],
  ])('%s is written %s', (text, expected) => expect(canonical(text)).toBe(expected));

  it.each([
    '',
    '1.2.3',
    '010.0.0.1',
    '1.2.3.4.',
    '256.1.1.1',
    '0x1.2.3.4',
    '1.2.3.4 ',
    'fe80::1%eth0',
    '1::2::3',
    ':::',
    '12345::',
    '::1.2.3.04',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/08',
    '10.0.0.0/-1',
    '::/129',
    '/24',
  ])('%j is none', (text) => expect(canonical(text)).toBeNull());

  it('is what Node takes for one', () => {
    const text = fc.oneof(fc.ipV4(), fc.ipV6(), fc.stringMatching(/^[0-9a-f:.]{0,20}$/));
    fc.assert(fc.property(text, (each) => expect(parseAddress(each)?.family ?? 0).toBe(isIP(each))));
  });

  it('is the same after it has been a number', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const address = parseAddress(text)!;
        expect(addressOf(address.family, numberOf(address))).toEqual(address);
      }),
    );
  });
});

describe('a CIDR', () => {
  it.each([
    ['10.0.5.7/20', '10.0.0.0/20', '10.0.15.255', '10.0.0.1', 4096n, '10.0.15.255'],
    ['10.0.0.7/31', '10.0.0.6/31', '10.0.0.7', '10.0.0.6', 2n, ''],
    ['10.0.0.7/32', '10.0.0.7/32', '10.0.0.7', '10.0.0.7', 1n, ''],
    ['0.0.0.0/0', '0.0.0.0/0', '255.255.255.255', '0.0.0.1', 1n << 32n, '255.255.255.255'],
    ['fd61:0:0:5::9/61', 'fd61::/61', 'fd61::7:ffff:ffff:ffff:ffff', 'fd61::1', 1n << 67n, ''],
  ])('%s has a network, a last address, a first host, a size', (text, network, last, first, size, broadcast) => {
    const it = cidr(text);
    expect([networkOf(it).text, lastOf(it).text, firstHost(it).text, sizeOf(it), broadcastOf(it)]).toEqual([
      network,
      last,
      first,
      size,
      broadcast,
    ]);
  });

  it.each([
    ['10.0.0.0/24', '10.0.0.255', true],
    ['10.0.0.0/24', '10.0.1.0', false],
    ['10.0.0.0/24', '10.0.0.128/25', true],
    ['10.0.0.128/25', '10.0.0.0/24', false],
    ['fd00::/63', 'fd00:0:0:1::9', true],
    ['0.0.0.0/0', '::', false],
  ])('%s contains %s: %s', (outer, inner, expected) =>
    expect(contains(outer, inner.includes('/') ? cidr(inner) : parseAddress(inner)!)).toBe(expected),
  );

  it.each([
    ['10.0.0.0/8', '10.1.0.0/16', true],
    ['10.1.0.0/16', '10.0.0.0/8', true],
    ['10.1.0.0/16', '10.2.0.0/16', false],
    ['fd00::/8', '10.0.0.0/8', false],
  ])('%s overlaps %s: %s', (a, b, expected) => expect(overlaps(a, b)).toBe(expected));

  it('knows host bits and the addresses that no host has', () => {
    expect([hasHostBits(cidr('10.0.0.1/24')), hasHostBits(cidr('10.0.0.0/24')), hasHostBits(cidr('::1/128'))]).toEqual([
      true,
      false,
      false,
    ]);
    const reserved = ['10.0.0.0', '10.0.0.1', '10.0.0.255'].map((text) => isReservedIn(cidr('10.0.0.0/24'), parseAddress(text)!));
    expect(reserved).toEqual([true, false, true]);
    expect(isReservedIn(cidr('10.0.0.0/31'), parseAddress('10.0.0.0')!)).toBe(false);
  });

  it('gives addresses by their number', () => {
    expect(addressAt(cidr('10.0.0.9/24'), 300).text).toBe('10.0.1.44');
    expect(addressAt(cidr('fd00::/64'), 1n << 32n).text).toBe('fd00::1:0:0');
  });
});

describe('a MAC address', () => {
  it.each([
    ['02:42:AC:11:00:02', '02:42:ac:11:00:02'],
    ['02-42-ac-11-00-02', null],
    ['02:42:ac:11:00', null],
    ['2:42:ac:11:00:02', null],
  ])('%s is %s', (text, expected) => expect(canonicalMac(text)).toBe(expected));

  it('of a group, or all zero, is no interface’s', () => {
    expect(['02:00:00:00:00:01', '01:00:5e:00:00:01', 'ff:ff:ff:ff:ff:ff', '00:00:00:00:00:00'].map(isUnicastMac)).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});
