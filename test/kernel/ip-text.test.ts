import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseAddress } from '../../src/model/address.js';
import { addressBytes, addressText, AF_INET, AF_INET6, cidrBytes, macBytes, macText } from '../../src/kernel/netlink/ip-text.js';

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
/** Groups are often zero, so that runs of all lengths come up. */
const group = fc.oneof(fc.constant(0), fc.constant(0), fc.integer({ min: 0, max: 0xffff }));

test('IPv6 addresses are written as the model writes them', () => {
  fc.assert(
    fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
      const bytes = Uint8Array.from(groups.flatMap((value) => [value >> 8, value & 255]));
      const text = addressText(view(bytes), 0, AF_INET6);
      expect(text).toBe(parseAddress(groups.map((value) => value.toString(16)).join(':'))?.text);
      expect(addressBytes(text)).toEqual(bytes);
    }),
    { numRuns: 2000 },
  );
});

test('IPv4 addresses go both ways', () => {
  fc.assert(
    fc.property(fc.ipV4(), (text) => {
      expect(addressText(view(addressBytes(text)), 0, AF_INET)).toBe(text);
    }),
  );
});

test.each(['1.2.3', '1.2.3.4.5', '1.2.3.256', '1..2.3', '01.2.3.4', '1.2.3.4/8', ' 1.2.3.4', '1.2.3.', ''])('%j is no address', (text) => {
  expect(parseAddress(text)).toBeNull();
  expect(() => addressBytes(text)).toThrow('not an IP address');
});

test('MAC addresses go both ways, and what is no Ethernet address is none', () => {
  const bytes = macBytes('02:00:0a:ff:10:01');
  expect(macText(view(bytes), 0, 6)).toBe('02:00:0a:ff:10:01');
  expect(macText(view(bytes), 0, 4)).toBe('');
});

test('a CIDR has its prefix length, a plain address its whole length', () => {
  expect(cidrBytes('10.0.0.0/8').prefix).toBe(8);
  expect([cidrBytes('10.0.0.1').prefix, cidrBytes('::1').prefix]).toEqual([32, 128]);
  expect(() => cidrBytes('nonsense')).toThrow('not an IP address');
});
