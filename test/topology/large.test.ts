/** A large file in which all is wrong: no check may take quadratic time. Each of these took a minute or more once. */
import { expect, it } from '@jest/globals';
import { loadTopology } from '../../src/topology/load.js';

const N = 10_000;
const each = (line: (i: number) => string, count = N): string => Array.from({ length: count }, (_, i) => line(i)).join('\n');

const FILES: readonly (readonly [what: string, text: string, problems: number])[] = [
  ['unknown keys', `nodes:\n${each((i) => `  n${i}: { a: 1, b: 1, c: 1, d: 1 }`)}`, 4 * N],
  ['unknown networks', `networks:\n${each((i) => `  net${i}: {}`)}\nnodes:\n${each((i) => `  n${i}: { networks: [nte${i}] }`)}`, N],
  ['unknown nodes', `nodes:\n${each((i) => `  node${i}: {}`)}\nlinks:\n${each((i) => `  - endpoints: [nod${i}:a, "host:a${i}"]`)}`, N],
  ['unknown anchors', `nodes:\n${each((i) => `  node${i}: &anchor${i} {}\n  m${i}: *ancor${i}`)}`, N],
  ['overlapping subnets', `networks:\n${each((i) => `  n${i}: { subnet: 10.0.0.0/8 }`)}`, N - 1],
  ['ports published twice', `networks: { l: {} }\nnodes:\n${each((i) => `  n${i}: { networks: [l], ports: ["80:80"] }`)}`, N],
  [
    'two MAC addresses for an interface',
    `networks:\n${each((i) => `  n${i}: { subnet: 10.${i >> 8}.${i & 255}.0/24 }`, N / 2)}\nnodes:\n  a:\n    networks:\n${each((i) => `      n${i}: { mac_address: "02:00:00:00:00:01" }`, N / 2)}\n    interfaces:\n${each((i) => `      eth${i}: { mac_address: "02:00:00:00:00:02" }`, N / 2)}`,
    N / 2,
  ],
];

it.each(FILES)(
  '%s',
  (_what, text, problems) => {
    const { diagnostics } = loadTopology({ file: 'f.yaml', bytes: new TextEncoder().encode(`name: big\n${text}\n`) }, {});
    expect(diagnostics.length).toBe(problems);
  },
  15_000,
);

it('looks for similar words for the first hundred problems only', () => {
  const { diagnostics } = loadTopology({ file: 'f.yaml', bytes: new TextEncoder().encode(`name: big\n${FILES[1]![1]}\n`) }, {});
  expect(diagnostics[99]!.hint).toBe('did you mean "net99"?');
  expect(diagnostics[100]!.hint).toBeUndefined();
});
