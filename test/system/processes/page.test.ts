/** docs/processes.md: its lab is applied. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, World } from '../world.js';
import { running } from './lab.js';

const page = readFileSync(join(ROOT, 'docs/processes.md'), 'utf8');
const file = /```yaml\n([^]*?)```/.exec(page)?.[1] ?? '';

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world.dispose());

describe('the lab of docs/processes.md', () => {
  it('is applied, by hand too, and destroyed', () => {
    // Without root there is no other user.
    world.file('topo.yaml', process.getuid?.() === 0 ? file : file.replace(', user: nobody', ''));
    const script = world.file('script', world.mustTopo('plan', '--format', 'shell', '--show-sensitive'));
    expect(world.topo(['apply', '-y'])).toMatchObject({ status: 0, stderr: expect.stringContaining('192.0.2.1 via') });
    expect(running(world, 'http.server 80')).toHaveLength(1);
    world.mustTopo('destroy', '-y');
    expect(running(world, 'http.server 80')).toEqual([]);
    expect(world.must(`sh ${script}`)).toContain('192.0.2.1 via');
    expect(running(world, 'http.server 80')).toHaveLength(1);
    expect(world.mustTopo('plan')).toContain('No changes.');
    // Changed and destroyed by hand, as well.
    world.file('topo.yaml', 'name: shop\nnetworks: { front: {} }\nnodes: { web: { networks: [front] } }\n');
    world.must(`sh ${world.file('stop', world.mustTopo('plan', '--format', 'shell', '--show-sensitive'))}`);
    expect(running(world, 'http.server 80')).toEqual([]);
    expect(world.mustTopo('plan')).toContain('No changes.');
  });
});
