/** The files of nodes and the links to them: what somebody changes is seen and put right, what is somebody's is left alone. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { World } from '../world.js';

const LAB = `
name: names
networks:
  a: { subnet: 10.61.0.0/24 }
  b: { subnet: 10.62.0.0/24 }
nodes:
  a1: { networks: { a: 10.61.0.2 } }
  a2: { networks: { a: 10.61.0.3 } }
  b1: { networks: { b: 10.62.0.2 } }
`;
const SET = '/run/topo/names/names';
const LINKS = '/etc/netns';

let world: World;
let before: string;

beforeEach(async () => {
  world = await World.create();
  before = world.snapshot();
  world.file('topo.yaml', LAB);
});
afterEach(() => world.dispose());

const hosts = (node: string): string => world.mustTopo('exec', node, '--', 'cat', '/etc/hosts');

describe('after somebody has', () => {
  it.each([
    ['edited a hosts file', `echo '10.9.9.9 a2' >> ${SET}/a/hosts`, '- 10.9.9.9 a2'],
    ['emptied a hosts file', `: > ${SET}/a/hosts`, '+ 10.61.0.3 a2 a2.a'],
    ['removed a hosts file', `rm ${SET}/a/hosts`, 'hosts'],
    ['edited a resolv.conf', `sed -i 1d ${SET}/a/resolv.conf`, 'resolv.conf'],
    ['removed a set', `rm -r ${SET}/a`, '+ names a'],
    ['removed everything below /run', 'rm -r /run/topo/names', '+ names b'],
    ['put a hostname there', `echo else > ${SET}/a/hostname`, '- else'],
    ['deleted a link', `rm ${LINKS}/names.a1`, 'names: (none) -> a'],
    ['deleted all links', `rm -r ${LINKS}`, 'names: (none) -> b'],
    ['turned a link to another set', `ln -sfn ${SET}/b ${LINKS}/names.a1`, 'names: b -> a'],
  ])('%s', (_what, command, shown) => {
    world.mustTopo('apply', '--yes');
    const should = hosts('a1');
    world.must(command);
    expect(world.mustTopo('plan')).toContain(shown);
    expect(world.topo(['status'])).toMatchObject({ status: 1, stdout: expect.stringContaining('drifted. Objects') });
    world.mustTopo('apply', '--yes');
    expect(hosts('a1')).toBe(should);
    expect(world.mustTopo('plan')).toContain('No changes');
    world.mustTopo('destroy', '--yes', '--lab', 'names');
    expect(world.snapshot()).toBe(before);
  });
});

it('a namespace that somebody has deleted leaves no link behind', () => {
  world.mustTopo('apply', '--yes');
  world.must('ip netns delete names.b1');
  world.must(`test -L ${LINKS}/names.b1`);
  world.file('topo.yaml', LAB.replace(/ {2}b1.*\n/, ''));
  expect(world.mustTopo('plan')).toContain('- names b');
  world.mustTopo('apply', '--yes');
  expect(world.must(`ls ${LINKS} ${SET}`)).toBe(`${LINKS}:\nnames.a1\nnames.a2\n\n${SET}:\na\n`);
  expect(world.mustTopo('plan')).toContain('No changes');
});

it('links that are left after a reboot go with the lab, or are used again', () => {
  world.mustTopo('apply', '--yes');
  world.must('for n in a1 a2 b1; do ip netns delete names.$n; done; rm -r /run/topo');
  world.must('ip link delete group $(ip -j -d link show type bridge | grep -o \'"group":"[0-9]*"\' | head -n 1 | tr -dc 0-9)');
  world.mustTopo('apply', '--yes');
  expect(hosts('a1')).toContain('10.61.0.3 a2 a2.a\n');
  world.must('for n in a1 a2 b1; do ip netns delete names.$n; done; rm -r /run/topo');
  world.mustTopo('destroy', '--yes', '--lab', 'names');
  expect(world.must(`find ${LINKS}`)).toBe(`${LINKS}\n`);
});

describe('what is not topo’s in /etc/netns', () => {
  it.each([
    ['a folder', `mkdir -p ${LINKS}/names.a1 && echo '10.9.9.9 mine' > ${LINKS}/names.a1/hosts`, `cat ${LINKS}/names.a1/hosts`],
    ['a link', `mkdir -p ${LINKS} && ln -s /somewhere ${LINKS}/names.a1`, `readlink ${LINKS}/names.a1`],
  ])('stops the apply, and stays: %s', (_what, make, look) => {
    world.must(make);
    const is = world.must(look);
    for (const command of [['plan'], ['apply', '--yes']]) {
      const { status, stderr } = world.topo(command);
      expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining(`${LINKS}/names.a1 exists already`) });
      expect(stderr).toContain('topo.yaml:7:3: error');
    }
    expect(world.must('ls /run/netns')).toBe('');
    expect(world.must(look)).toBe(is);
    world.file('topo.yaml', LAB.replace('a: { subnet', 'a: { dns: none, subnet'));
    world.mustTopo('apply', '--yes');
    world.mustTopo('destroy', '--yes');
    expect(world.must(look)).toBe(is);
  });

  it('stays where it is of somebody else’s namespace, and /etc/netns with it', () => {
    world.must(`mkdir -p ${LINKS}/vpn && echo 10.9.9.9 vpn > ${LINKS}/vpn/hosts`);
    world.mustTopo('apply', '--yes');
    world.mustTopo('destroy', '--yes');
    expect(world.must(`cat ${LINKS}/vpn/hosts; ls ${LINKS}`)).toBe('10.9.9.9 vpn\nvpn\n');
  });
});

it('a read-only /etc is told of before anything is done', () => {
  world.must('mount -o remount,ro,bind /etc /etc || mount -o remount,ro /etc');
  const { status, stderr } = world.topo(['apply', '--yes']);
  expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('nothing can be put into /etc/netns: EROFS') });
  expect(world.must('ls /run/netns')).toBe('');
});

it('a namespace that somebody deleted leaves its link: a node that resolves nothing by now does not get it', () => {
  world.mustTopo('apply', '--yes');
  world.must('ip netns delete names.b1');
  world.file('topo.yaml', LAB.replace('  b1: { networks: { b: 10.62.0.2 } }', '  b1: {}'));
  world.mustTopo('apply', '--yes');
  expect(world.must(`ls ${LINKS}`)).toBe('names.a1\nnames.a2\n');
});

it('a process that runs sees the names of nodes that come later, and never an empty file', async () => {
  world.mustTopo('apply', '--yes');
  const watching = `for i in $(seq 3000); do n=$(wc -l < /etc/hosts); [ $n -ge 8 ] || echo "only $n"; grep -q 10.61.0.4 /etc/hosts && echo seen && exit; done`;
  const watcher = world.later('names.a1', watching);
  world.file('topo.yaml', `${LAB}  a3: { networks: { a: 10.61.0.4 } }\n`);
  expect(world.mustTopo('plan')).toContain('+ 10.61.0.4 a3 a3.a');
  world.mustTopo('apply', '--yes');
  expect((await watcher).stdout).toBe('seen\n');
});

it('nodes with the same networks share a set: a file for a thousand nodes', () => {
  const nodes = Array.from({ length: 60 }, (_, i) => `  n${i}: { networks: [a] }\n`).join('');
  world.file('topo.yaml', `${LAB}${nodes}`);
  world.mustTopo('apply', '--yes');
  expect(world.must(`ls ${SET}`)).toBe('a\nb\n');
  expect(world.must(`wc -l < ${SET}/a/hosts`).trim()).toBe('68');
  // A plan names some of the lines of a long list.
  world.must(`sed -i 5,60d ${SET}/a/hosts`);
  const plan = world.mustTopo('plan');
  expect(plan).toContain('more lines that change are hidden');
  expect(plan.split('\n').length).toBeLessThan(30);
});
