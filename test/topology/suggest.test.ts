import { expect, it } from '@jest/globals';
import { closest, distance } from '../../src/topology/suggest.js';

it.each([
  ['', '', 0],
  ['abc', 'abc', 0],
  ['abc', 'acb', 1],
  ['gatway', 'gateway', 1],
  ['kitten', 'sitting', 3],
  ['', 'abc', 3],
])('from %j to %j is %d', (a, b, expected) => expect(distance(a, b)).toBe(expected));

it.each([
  ['gatway', 'gateway'],
  ['netwroks', 'networks'],
  ['MTU', 'mtu'],
  ['x', undefined],
  ['something', undefined],
])('%s means %s', (word, expected) => expect(closest(word, ['gateway', 'networks', 'mtu', 'masquerade'])).toBe(expected));
