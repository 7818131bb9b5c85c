import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { patterns, ROOT, rules, targets } from './rules.js';

/** One forbidden import for each rule: the file that has it, and what stands in it. */
const PLANTED: readonly (readonly [rule: string, file: string, text: string])[] = [
  ['direction-of-model', 'model/planted.ts', "export * from '../kinds/kind.js';"],
  ['direction-of-kinds', 'kinds/planted.ts', "export * from '../plan/planted.js';"],
  ['direction-of-topology', 'topology/planted.ts', "export * from '../kernel/kernel.js';"],
  ['direction-of-networks', 'networks/planted.ts', "export * from '../kernel/kernel.js';"],
  ['direction-of-plan', 'plan/planted.ts', "export * from '../kinds/index.js';"],
  ['direction-of-kernel', 'kernel/planted.ts', "export * from '../plan/planted.js';"],
  ['direction-of-apply', 'apply/planted.ts', "export * from '../kernel/netlink/planted.js';"],
  ['direction-of-report', 'report/planted.ts', "export type { Kernel } from '../kernel/kernel.js';"],
  ['direction-of-watch', 'watch/planted.ts', "export * from '../apply/planted.js';"],
  ['direction-of-sandbox', 'sandbox/planted.ts', "export * from '../report/planted.js';"],
  ['no-input-or-output', 'plan/planted-reader.ts', "export { readFileSync } from 'node:fs';"],
  ['kinds-are-apart', 'kinds/veth-planted.ts', "export * from './bridge.js';"],
  ['adapters-are-apart', 'kernel/netlink/planted.ts', "export * from '../iproute/planted.js';"],
  ['native-code-in-one-place', 'kernel/iproute/planted.ts', "export { load } from 'koffi';"],
  ['no-cycles', 'model/planted-cycle.ts', "export * from './planted-cycle.js';"],
  ['no-unresolvable', 'model/planted-hole.ts', "export * from './nowhere.js';"],
  ['only-declared-packages', 'report/planted-package.ts', "export { transform } from 'esbuild';"],
];

const CRUISE = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');

describe('the rules on imports', () => {
  it('hold in this project', () => {
    const run = spawnSync(process.execPath, [CRUISE, 'src'], { cwd: ROOT, encoding: 'utf8' });
    expect(run.stdout).toContain('no dependency violations found');
  });

  it('have no pattern that matches nothing', async () => {
    const all = targets();
    const stale = (await rules()).flatMap((rule) =>
      patterns(rule)
        .filter((pattern) => !all.some((file) => new RegExp(pattern).test(file)))
        .map((pattern) => `${rule.name}: ${pattern}`),
    );
    expect(stale).toEqual([]);
  });

  it('are each tested below', async () => {
    expect(new Set(PLANTED.map(([rule]) => rule))).toEqual(new Set((await rules()).map((rule) => rule.name)));
  });
});

describe('a forbidden import', () => {
  let copy: string;
  let found: ReadonlySet<string>;

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'topo-imports-'));
    for (const file of ['src', 'package.json', 'tsconfig.json', '.dependency-cruiser.js'])
      cpSync(join(ROOT, file), join(copy, file), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    for (const [, file, text] of PLANTED) {
      mkdirSync(dirname(join(copy, 'src', file)), { recursive: true });
      writeFileSync(join(copy, 'src', file), `${text}\n`);
    }
    found = violations(copy);
  });

  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it.each(PLANTED)('is reported by %s in %s', (rule, file) => {
    expect(found).toContain(`${rule} src/${file}`);
  });
});

function violations(folder: string): ReadonlySet<string> {
  const json = execFileSync(process.execPath, [CRUISE, 'src', '--output-type', 'json'], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const { summary } = JSON.parse(json) as { summary: { violations: readonly { rule: { name: string }; from: string }[] } };
  return new Set(summary.violations.map(({ rule, from }) => `${rule.name} ${from}`));
}
