import { builtinModules } from 'node:module';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');

interface Condition {
  readonly path?: readonly string[];
  readonly pathNot?: readonly string[];
}

export interface Rule {
  readonly name: string;
  readonly from: Condition;
  readonly to: Condition;
}

export async function rules(): Promise<readonly Rule[]> {
  const config = (await import(join(ROOT, '.dependency-cruiser.js'))) as { default: { forbidden: readonly Rule[] } };
  return config.default.forbidden;
}

/** All that an import can lead to: sources, Node's own modules, declared packages. */
export function targets(): readonly string[] {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { dependencies: { [name: string]: string } };
  return [...sources(), ...builtinModules, ...Object.keys(manifest.dependencies).map((name) => `node_modules/${name}/package.json`)];
}

function sources(): readonly string[] {
  return readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `src/${file}`);
}

/** Every single pattern of a rule; alternatives in parentheses count one by one, so that none of them goes stale. */
export function patterns(rule: Rule): readonly string[] {
  const conditions = [rule.from.path, rule.from.pathNot, rule.to.path, rule.to.pathNot];
  return conditions.flatMap((list) => list ?? []).flatMap(alternatives);
}

function alternatives(pattern: string): readonly string[] {
  const group = /\(([^()]*)\)/.exec(pattern);
  if (group === null) return [pattern.replaceAll('$1', '[^/]+')];
  return group[1]!.split('|').flatMap((word) => alternatives(pattern.replace(group[0], () => word)));
}
