import { describe, expect, test } from '@jest/globals';
import { maskedText } from '../../src/topology/masked.js';
import { sourceOf } from '../../src/topology/source.js';

const masked = (text: string): string => maskedText(sourceOf('topo.yaml', text));

describe('the text of a file for excerpts', () => {
  test.each([
    ['of a command', 'name: a\nnodes:\n  n: { exec: [{ command: c, env: { KEY: sesame } }] }\n'],
    ['by an alias', 'name: a\nx-a: &a { KEY: sesame }\nnodes:\n  n: { exec: [{ command: c, env: *a }] }\n'],
    ['by a key that is written with escapes', 'name: a\nnodes:\n  n: { exec: [{ command: c, "\\x65n\\u0076": { KEY: sesame } }] }\n'],
    ['of a group', 'name: a\ngroups:\n  g: { exec: [{ command: c, env: { KEY: sesame } }] }\n'],
    ['of a container', 'name: a\nnodes:\n  n: { image: i, environment: { KEY: sesame } }\n'],
    ['of a routing session', 'name: a\nnodes:\n  n: { routing: { bgp: { asn: 1, neighbors: [{ node: m, password: sesame }] } } }\n'],
  ])('covers what is sensitive: %s', (_what, text) => {
    expect(text).toContain('sesame');
    expect(masked(text)).toBe(text.replace('sesame', '******'));
  });

  test('is the text where nothing is', () => {
    const text = 'name: a\nnodes:\n  n: { sysctls: { net.ipv4.ip_forward: 1 } } # sesame\n';
    expect(masked(text)).toBe(text);
  });
});
