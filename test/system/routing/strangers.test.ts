/** Routers that are not the file's, each with a mistake of its own: `status` says what keeps them apart. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { World } from '../world.js';
import { until } from './until.js';

const ends = [1, 2, 3, 4]
  .map(
    (i) =>
      `  - endpoints: [{ node: a, interface: eth${i}, ipv4_address: 10.${i}.0.1/30 }, { node: b, interface: eth${i}, ipv4_address: 10.${i}.0.2/30 }]\n`,
  )
  .join('');
const LAB = `
name: odd
nodes:
  a:
    forwarding: true
    routing:
      bgp:
        asn: 65001
        neighbors:
          - { peer: 10.1.0.2, asn: 65002, password: one }
          - { peer: 10.2.0.2, asn: 65002 }
          - { peer: 10.3.0.2, asn: 65002, passive: true }
      ospf: { areas: { 0: { eth4: { hello: 1, dead: 4 } } } }
  b: {}
links:
${ends}`;

const bgp = (name: string, i: number, asn: number, more: string): string =>
  `protocol bgp ${name} { local 10.${i}.0.2 as ${asn}; neighbor 10.${i}.0.1 as 65001; connect delay time 1; error wait time 1, 1; ${more} ipv4 { import all; export none; }; }\n`;
const OTHER = `
log stderr all;
router id 10.9.9.9;
protocol device {}
${bgp('b1', 1, 65002, 'password "two";')}${bgp('b2', 2, 65009, '')}
protocol ospf v2 o1 { ipv4 { import all; export none; }; area 0 { interface "eth4" { type ptp; hello 2; dead 8; }; }; }
`;

let world: World;
beforeAll(async () => {
  world = await World.create();
  world.file('topo.yaml', LAB);
  world.mustTopo('apply', '--yes');
  await world.background('odd.b', ['bird', '-f', '-c', world.file('b.conf', OTHER), '-s', `${world.directory}/b.ctl`], 'Started');
}, 60_000);
afterAll(() => world.dispose());

const status = `${process.execPath} ${process.cwd()}/dist/topo.cjs status`;

it.each([
  [
    'another password',
    /^ {2}bgp {3}10\.1\.0\.2 .* no answer; [1-9]\d* segments without the right password \(TCP MD5\) have been dropped here$/m,
  ],
  ['another AS', /^ {2}bgp {3}10\.2\.0\.2 .* BGP Error: Bad peer AS$/m],
  ['nobody there, who is waited for', /^ {2}bgp {3}10\.3\.0\.2 .* waits for the peer to connect$/m],
  ['other hellos', /^ {2}ospf {2}10\.9\.9\.9 {2}dev eth4 +Down +Bad HELLO packet: hello interval mismatch \(2\)$/m],
])('%s', async (_what, line) => {
  await until(world, null, `cd ${world.directory} && ${status}`, line, 40);
});

it('nothing of that is drift, or a neighbour once they agree', async () => {
  expect(world.mustTopo('plan')).toContain('No changes');
  const agreed = OTHER.replace('hello 2; dead 8', 'hello 1; dead 4').replace('"two"', '"one"').replace('65009', '65002');
  world.file('b.conf', agreed);
  world.must('birdc -s b.ctl configure');
  const text = await until(
    world,
    null,
    `cd ${world.directory} && ${status}`,
    /10\.1\.0\.2 .*Established[^]*10\.2\.0\.2 .*Established[^]*Full/,
    40,
  );
  expect(text).not.toMatch(/Bad HELLO|password|Bad peer/);
}, 90_000);
