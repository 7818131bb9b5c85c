/** What no topology should hold, and what stands at the bounds of what it may: as text of a YAML value. */
import type { Random } from './random.js';

const quoted = JSON.stringify;

/** Names that mean something to JavaScript, to file systems, to shells and to the programs that are configured. */
export const NAMES: readonly string[] = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'prototype',
  'valueOf',
  '..',
  '.',
  '../x',
  '/',
  '/etc/passwd',
  'a/b',
  'a\u0000b',
  'a\nb',
  'a;b',
  '$(id)',
  '`id`',
  '-x',
  '--help',
  '*',
  '~',
  'a b',
  'a"b',
  "a'b",
  'a\\b',
  'a\tb',
  '{}',
  'a,b',
  'a=b',
  'a:b',
  '#a',
  '',
  ' ',
  'host',
  'lo',
  'all',
  'default',
  'eth0',
  'é',
  'ﬀ',
  '\u202eabc',
  '\ud83d\ude00',
  'x'.repeat(15),
  'x'.repeat(16),
  'x'.repeat(63),
  'x'.repeat(64),
  'x'.repeat(300),
  'x'.repeat(100_000),
];

const NUMBERS: readonly string[] = [
  ...[
    '0',
    '1',
    '-1',
    '-0',
    '2',
    '67',
    '68',
    '255',
    '256',
    '1499',
    '1500',
    '4095',
    '4096',
    '9000',
    '65535',
    '65536',
    '16777215',
    '16777216',
  ],
  ...['2147483647', '2147483648', '4294967295', '4294967296', '9007199254740993', '1e3', '1e400', '-1e400', '1e-9', '1.5', '0x7fffffff'],
  ...['0o17', '.inf', '-.inf', '.nan', '123456789012345678901234567890', '0123', '+5', '1_000'],
];

const ADDRESSES: readonly string[] = [
  ...['0.0.0.0', '255.255.255.255', '127.0.0.1', '224.0.0.1', '169.254.1.1', '10.0.0.1', '10.0.0.0/8', '0.0.0.0/0', '10.0.0.0/33'],
  ...['10.0.0.256', '010.0.0.1', '10.1', '1', '::', '::1', 'fe80::1', 'ff02::1', 'fd00::/64', '::/0', '::ffff:10.0.0.1', 'fd00::1%eth0'],
  ...[
    '10.0.0.0/31',
    '10.0.0.0/32',
    'fd00::/127',
    'fd00::/128',
    'fd00::/129',
    '2001:db8::1/64',
    '10.0.0.0/-1',
    '10.0.0.0/08',
    '02:00:00:00:00:01',
  ],
  ...['ff:ff:ff:ff:ff:ff', '00:00:00:00:00:00', '01:00:5e:00:00:01', '80:80', '0:0', '65535:65535', '1-65535:1-65535', '8080:80/sctp'],
];

const VARIABLES: readonly string[] = [
  ...['${', '${}', '${A', '$', '$A', '${A:-', '${A:-x}', '${A:-${B:-${C:-x}}}', '${A:?}', '${A:?gone}', '$$', '$$$', '${__proto__}'],
  ...['${constructor}', '${toString:-x}', '${A:-}}', '${A:-{}', `${'${A:-'.repeat(9)}x${'}'.repeat(9)}`, '${A:-${A:-${A}}}', '${PATH}'],
  `${'${A:-'.repeat(2000)}x${'}'.repeat(2000)}`,
  '${'.repeat(5000),
];

const nested = (open: string, close: string, depth: number): string => `${open.repeat(depth)}${close.repeat(depth)}`;

const STRUCTURES: readonly string[] = [
  ...[
    '{}',
    '[]',
    '[[]]',
    '[{}]',
    '{a: b}',
    '[null]',
    '[~, ~]',
    '{? a : b}',
    '{? [a] : b}',
    '{null: 1}',
    '{1: 1}',
    '{true: x}',
    '{a: 1, a: 2}',
  ],
  ...['{__proto__: {x: 1}}', '{constructor: 1}', '{toString: x}', '{"": 1}', '{<<: {a: 1}}', '{<<: 5}', '{<<: [{}, 3]}', '{<<: *nowhere}'],
  ...[
    '*nowhere',
    '&self [*self]',
    '&a {b: *a}',
    '[&x 1, *x, *x]',
    '!!python/object x',
    '!!binary aGk=',
    '!!set {a, b}',
    '!!str 5',
    '!!int "x"',
  ],
  ...[
    '!!timestamp 2001-01-01',
    '! x',
    '!<tag:yaml.org,2002:str> 5',
    '!foo {a: 1}',
    '| \n',
    '"\\x00"',
    '"\\u0000"',
    '"\\ud800"',
    '"\\e[31m"',
  ],
  '"unclosed',
  "'",
  '%',
  '@at',
  '`tick',
  '- x',
  'a: b: c',
  'null',
  '~',
  'true',
  'no',
  'yes',
  '2001-01-01',
  nested('[', ']', 30),
  nested('[', ']', 70),
  nested('[', ']', 20_000),
  nested('{a: ', '}', 70),
  '['.repeat(20_000),
  `[${'x, '.repeat(20_000)}]`,
  `{${Array.from({ length: 5000 }, (_, i) => `k${i}: v`).join(', ')}}`,
  `[&a [x,x,x,x,x,x,x,x], &b [*a,*a,*a,*a,*a,*a,*a,*a], &c [*b,*b,*b,*b,*b,*b,*b,*b], &d [*c,*c,*c,*c,*c,*c,*c,*c], &e [*d,*d,*d,*d,*d,*d,*d,*d], &f [*e,*e,*e,*e,*e,*e,*e,*e], &g [*f,*f,*f,*f,*f,*f,*f,*f]]`,
  quoted('a'.repeat(300_000)),
];

const BYTES: readonly string[] = [
  '\u0000',
  '\u0001',
  '\u001b[31m',
  '\u007f',
  '\u0085',
  '\u2028',
  '\ufeff',
  '\ufffd',
  '\r',
  '\r\n',
  '\t',
  '\n',
  '\n\n  ',
];

/** A value as it stands in a file. */
export function hostileScalar(random: Random): string {
  const kind = random.below(8);
  if (kind < 2) return quoted(random.pick(NAMES));
  if (kind === 2) return random.pick(NUMBERS);
  if (kind === 3) return random.chance(0.5) ? quoted(random.pick(ADDRESSES)) : random.pick(ADDRESSES);
  if (kind === 4) return random.chance(0.5) ? quoted(random.pick(VARIABLES)) : random.pick(VARIABLES);
  if (kind === 5) return random.pick(BYTES);
  return random.pick(STRUCTURES);
}
