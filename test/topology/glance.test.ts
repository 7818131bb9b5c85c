import { expect, it } from '@jest/globals';
import { nodesAtAGlance } from '../../src/topology/glance.js';

it.each([
  ['nodes and hosts', 'name: a\nnodes:\n  n0: {}\n  n1:\n    networks: [x]\n\n  # n2: {}\n  n3: {}\nhosts:\n  h0: {}\n', 4],
  ['nodes that are not the last', 'nodes:\n    n0: {}\n    n1: {}\nnetworks:\n  x: {}\n', 2],
  ['Windows line ends', 'nodes:\r\n  n0: {}\r\n  n1: {}\r\n', 2],
  ['keys of that name elsewhere', 'x:\n  nodes:\n    n0: {}\n', 0],
  ['a mapping on one line', 'nodes: { n0: {}, n1: {} }\n', 0],
  ['a text that ends there', 'nodes:', 0],
  ['nothing', '', 0],
])('counts nodes of %s', (_, text, count) => expect(nodesAtAGlance(text)).toBe(count));
