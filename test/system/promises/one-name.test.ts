/** Two files with one name for their labs: neither takes anything of the other's away. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { World } from '../world.js';
import { settled } from './machine.js';

let world: World;
let mine: string;
let theirs: string;
const lab = (network: string, subnet: string, node: string): string =>
  `name: shared\nnetworks: { ${network}: { subnet: ${subnet} } }\nnodes: { ${node}: { networks: [${network}], ports: ['8080:80'] } }\n`;

beforeAll(async () => {
  world = await World.create();
  mine = world.file('mine.yaml', lab('one', '10.71.1.0/24', 'a'));
  theirs = world.file('theirs.yaml', lab('two', '10.72.1.0/24', 'b'));
  world.mustTopo('apply', '--yes', mine);
});
afterAll(() => world.dispose());

it.each(['plan', 'apply --yes', 'status', 'destroy --yes'])(
  'topo %s of the other file names what is there, and changes nothing',
  async (line) => {
    const before = await settled(world);
    const { status, stderr } = world.topo([...line.split(' '), theirs]);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /a lab named shared is in the kernel, and nothing of it is in this file: netns:shared\.a, bridge:.*\[lab-name-in-use\]/,
    );
    expect(stderr).toContain('destroy --lab shared');
    expect(await settled(world)).toEqual(before);
  },
);

it('the file that made it may change, and destroys it though it does not validate any more', () => {
  world.mustTopo('apply', '--yes', world.file('mine.yaml', lab('one', '10.71.1.0/24', 'c')));
  world.file('mine.yaml', 'name: shared\nnodes: [\n');
  expect(world.mustTopo('destroy', '--yes', mine)).toContain('Destroy complete!');
});

it('destroy --lab asks no file', () => {
  world.mustTopo('apply', '--yes', world.file('mine.yaml', lab('one', '10.71.1.0/24', 'a')));
  expect(world.mustTopo('destroy', '--yes', '--lab', 'shared')).toContain('Destroy complete!');
  world.mustTopo('apply', '--yes', theirs);
  world.mustTopo('destroy', '--yes', theirs);
});
