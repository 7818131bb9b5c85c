import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROOT, World } from '../system/world.js';

const EXAMPLE = join(ROOT, 'examples/first-lab/topo.yaml');

/** What README says that it changed: the address of web, and a node more. */
function changed(text: string): string {
  return `${text.replace('servers: 10.20.2.80 }', 'servers: 10.20.2.81 }').trimEnd()}\n  db:\n    networks: { servers: 10.20.2.90 }\n`;
}

describe('the plan in README', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.create();
  });
  afterAll(() => world.dispose());

  it('is what the program prints', () => {
    const printed = /<!-- plan -->\s+```text\n([^`]*)```/.exec(readFileSync(join(ROOT, 'README.md'), 'utf8'))?.[1];
    world.mustTopo('apply', '--yes', '--quiet', EXAMPLE);
    world.file('topo.yaml', changed(readFileSync(EXAMPLE, 'utf8')));
    expect(printed).toBe(world.mustTopo('plan'));
  });
});
