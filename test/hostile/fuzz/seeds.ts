import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { ROOT } from '../../system/world.js';
import { seedOf, type Seed } from './mutate.js';

/** The examples, and the files of which each part of the language has one. */
export function seeds(): readonly Seed[] {
  const fixtures = `${ROOT}/test/topology/fixtures/valid`;
  const files = [
    ...readdirSync(`${ROOT}/examples`).map((name) => `${ROOT}/examples/${name}/topo.yaml`),
    ...readdirSync(fixtures).flatMap((name) => (name.endsWith('.yaml') ? [`${fixtures}/${name}`] : [])),
  ];
  return files.filter((file) => existsSync(file)).map((file) => seedOf(file.slice(ROOT.length), readFileSync(file, 'utf8')));
}
