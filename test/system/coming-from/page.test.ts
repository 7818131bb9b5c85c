/** docs/coming-from.md: each of its labs is applied, and the commands below it are run. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, TOPO, World } from '../world.js';

const page = readFileSync(join(ROOT, 'docs/coming-from.md'), 'utf8');
const labs = [...page.matchAll(/```yaml\nname: (\w+)\n[^]*?```sh\n([^]*?)```/g)].map(([both, name = '', commands = '']) => ({
  name,
  file: /```yaml\n([^]*?)```/.exec(both)?.[1] ?? '',
  commands,
}));

let world: World;
beforeAll(async () => {
  world = await World.create();
  world.file('topo', `#!/bin/sh\nexec ${process.execPath} ${TOPO} "$@"\n`);
  world.must('chmod +x topo');
});
afterAll(() => world.dispose());

describe('the labs of docs/coming-from.md', () => {
  it('are three', () => expect(labs.map(({ name }) => name)).toEqual(['shop', 'cable', 'home']));

  it.each(labs)('$name works as it stands, and leaves nothing', ({ name, file, commands }) => {
    const before = world.snapshot();
    world.file('topo.yaml', file);
    world.file('commands', `set -e\n${commands}`);
    const { status, stdout, stderr } = world.sh('PATH=$PWD:$PATH timeout 90 bash commands');
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.not.stringContaining('error:') });
    expect(stdout).toMatch({ shop: 'GET / HTTP', cable: ' 0% packet loss', home: 'guests are isolated' }[name] ?? '?');
    expect(world.snapshot()).toBe(before);
  });
});
