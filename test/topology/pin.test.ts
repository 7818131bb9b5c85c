/** What was automatic is written into the text of a file, and nothing else of it is changed. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { kindOf } from '../../src/kinds/index.js';
import { expand } from '../../src/networks/expand.js';
import { automaticIn } from '../../src/networks/pins.js';
import { planBetween } from '../../src/plan/between.js';
import { loadTopology } from '../../src/topology/load.js';
import { pinAll } from '../../src/topology/pin-files.js';
import { pathOfPin } from '../../src/topology/pin.js';
import { anyLab } from '../system/promises/any-state/labs.js';
import { LONG } from '../thoroughness.js';

function topologyOf(text: string) {
  const { topology, diagnostics } = loadTopology({ file: 'f.yaml', bytes: new TextEncoder().encode(text) }, {});
  expect(diagnostics).toEqual([]);
  return topology!;
}

function pinned(text: string): { readonly text: string; readonly left: readonly string[] } {
  const { texts, left } = pinAll(new Map([['f.yaml', { was: text, is: text }]]), automaticIn(topologyOf(text)));
  return { text: texts.get('f.yaml')!.is, left: left.map(pathOfPin) };
}

const HEAD = 'name: lab\nnetworks: { a: { subnet: 10.1.0.0/24 }, b: { subnet: [10.2.0.0/24, "fd02::/64"] } }\n';
const [A, B4, B6] = ['10.1.0.82', '10.2.0.43', 'fd02::defb:1e2b'];
const B = `{ ipv4_address: ${B4}, ipv6_address: "${B6}" }`;

describe('an address', () => {
  it.each<[what: string, before: string, after: string]>([
    ['of a list on a line', 'nodes: { n: { networks: [a, b] } }\n', `nodes: { n: { networks: { a: ${A}, b: ${B} } } }\n`],
    ['of a list with blanks', 'nodes:\n  n: { networks: [ a ] } # one\n', `nodes:\n  n: { networks: { a: ${A} } } # one\n`],
    [
      'of a list of lines',
      'nodes:\n  n:\n    networks:\n      # first\n      - a # one\n\n      -   b\n    forwarding: true\n',
      `nodes:\n  n:\n    networks:\n      # first\n      a: ${A} # one\n\n      b: ${B}\n    forwarding: true\n`,
    ],
    [
      'of a list that begins below its key',
      'nodes:\n  n:\n    networks:\n    - a\n    - b\n',
      `nodes:\n  n:\n    networks:\n      a: ${A}\n      b: ${B}\n`,
    ],
    [
      'of a list of which one has all',
      `nodes: { n: { networks: { a: ${A}, b: } } }\n`,
      `nodes: { n: { networks: { a: ${A}, b: ${B} } } }\n`,
    ],
    [
      'of a key with nothing',
      'nodes:\n  n:\n    networks:\n      a: # one\n      b:\n',
      `nodes:\n  n:\n    networks:\n      a: ${A} # one\n      b: ${B}\n`,
    ],
    ['of a key without a colon', 'nodes: { n: { networks: { a, b: ~ } } }\n', `nodes: { n: { networks: { a: ${A}, b: ${B} } } }\n`],
    [
      'beside other settings',
      'nodes:\n  n:\n    networks:\n      a: {gw_priority: 1}\n      b:\n        # high\n        gw_priority: 2\n',
      `nodes:\n  n:\n    networks:\n      a: {ipv4_address: ${A}, gw_priority: 1}\n      b:\n        # high\n        ipv4_address: ${B4}\n        ipv6_address: "${B6}"\n        gw_priority: 2\n`,
    ],
    [
      'beside one of the other family',
      'nodes: { n: { networks: { b: 10.2.0.9 } } }\n',
      `nodes: { n: { networks: { b: { ipv4_address: 10.2.0.9, ipv6_address: "${B6}" } } } }\n`,
    ],
    [
      'of lines that end as on Windows',
      'nodes:\r\n  n:\r\n    networks:\r\n      a:\r\n        gw_priority: 1\r\n',
      `nodes:\r\n  n:\r\n    networks:\r\n      a:\r\n        ipv4_address: ${A}\r\n        gw_priority: 1\r\n`,
    ],
    [
      'by the defaults',
      'defaults: { networks: [a] }\nnodes:\n  n:\n',
      `defaults: { networks: [a] }\nnodes:\n  n: { networks: { a: ${A} } }\n`,
    ],
    [
      'by a group',
      'groups: { g: { networks: [a] } }\nnodes:\n  n:\n    group: g # mine\n    networks: [b]\n',
      `groups: { g: { networks: [a] } }\nnodes:\n  n:\n    group: g # mine\n    networks: { a: ${A}, b: ${B} }\n`,
    ],
    ['of a host', 'hosts: { n: { networks: [a] } }\n', `hosts: { n: { networks: { a: ${A} } } }\n`],
  ])('%s', (_what, before, after) => {
    expect(pinned(HEAD + before)).toEqual({ text: HEAD + after, left: [] });
    expect(pinned(HEAD + after)).toEqual({ text: HEAD + after, left: [] });
  });

  it('of a file of JSON, which stays one', () => {
    const text = '{"name": "lab", "networks": {"a": {}}, "nodes": {"n": {"networks": ["a"]}}}';
    const file = JSON.parse(pinned(text).text) as { networks: { a: { subnet: string } }; nodes: { n: { networks: { a: string } } } };
    expect(file.networks.a.subnet).toMatch(/^10\.\d+\.\d+\.0\/22$/);
    expect(file.nodes.n.networks.a).toMatch(/^10\./);
  });

  it.each<[what: string, text: string, left: readonly string[]]>([
    [
      'by an alias',
      'x-n: &n { networks: [a] }\nnodes: { n: *n, m: *n, o: { networks: [a] } }\n',
      ['nodes.n.networks.a', 'nodes.m.networks.a'],
    ],
    ['by a merge key', 'x-n: &n { networks: [a] }\nnodes: { n: { <<: *n } }\n', ['nodes.n.networks.a']],
    [
      'with an anchor of its own',
      'nodes: { n: { networks: &n [a] }, m: { networks: *n } }\n',
      ['nodes.n.networks.a', 'nodes.m.networks.a'],
    ],
  ])('stays automatic where several have it from one place: %s', (_what, text, left) => {
    const after = pinned(HEAD + text);
    expect(after.left).toEqual(left);
    expect(pinned(after.text)).toEqual(after);
  });
});

it('a subnet is written first, and no address where it cannot be', () => {
  const text = 'name: lab\nx-a: &a\nnetworks:\n  a: *a\n  b:\n  c: { mtu: 1400 }\nnodes: { n: { networks: [a, c] } }\n';
  const after = pinned(text);
  expect(after.text).toMatch(/^ {2}b: \{ subnet: 10\.\S+\/22 \}\n {2}c: \{ subnet: 10\.\S+\/22, mtu: 1400 \}\n/m);
  expect(after.text).toMatch(/^nodes: \{ n: \{ networks: \{ a: \{\}, c: 10\.\S+ \} \} \}$/m);
  expect(after.left).toEqual(['networks.a', 'nodes.n.networks.a']);
});

/** In one of the forms that YAML has: on a line each, on one line, or some of both. */
const formsOf = (lab: string): readonly string[] => {
  const value = JSON.parse(lab) as unknown;
  return [lab, stringify(value), stringify(value, { collectionStyle: 'flow' }), stringify(value, { indentSeq: false, nullStr: '' })];
};

it('any lab asks for the same when all of it is written, and nothing is automatic then', () => {
  const property = fc.property(anyLab, fc.nat(3), (lab, form) => {
    const text = formsOf(lab)[form]!;
    const after = pinned(text);
    expect(after.left).toEqual([]);
    expect(automaticIn(topologyOf(after.text))).toEqual([]);
    const [one, other] = [text, after.text].map((each) => expand(topologyOf(each)));
    expect(other!.diagnostics).toEqual([]);
    expect(planBetween(other!.state, one!.state, kindOf).actions.map(({ id }) => id)).toEqual([]);
  });
  fc.assert(property, { numRuns: LONG ? 2000 : 60 });
});
