/** A cable that is cut, and comes back, while a node goes on to send by the router at its end. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { World } from '../world.js';

const lab = (state: string, sysctls: string): string => `name: cut
networks: { n: { subnet: [10.61.0.0/24, 'fd61::/64'] } }
nodes:
  a:
    networks: { n: { ipv4_address: 10.61.0.10, ipv6_address: 'fd61::10' } }
    routes: [{ to: 10.77.0.0/24, via: 10.61.0.20 }, { to: 'fd77::/64', via: 'fd61::20' }]
  router: { networks: { n: { ipv4_address: 10.61.0.20, ipv6_address: 'fd61::20' } }, forwarding: true, sysctls: ${sysctls} }
  c: { routes: [{ to: 10.61.0.0/24, via: 10.77.0.1 }, { to: 'fd61::/64', via: 'fd77::1' }] }
links:
  - endpoints:
      - { node: router, interface: eth9, ipv4_address: 10.77.0.1/24, ipv6_address: 'fd77::1/64' }
      - { node: c, interface: eth9, ipv4_address: 10.77.0.2/24, ipv6_address: 'fd77::2/64' }
    state: ${state}
`;
const SILENT = '{ net.ipv4.conf.all.send_redirects: 0, net.ipv4.conf.eth0.send_redirects: 0 }';

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world.dispose());

const apply = (state: string, sysctls: string): void =>
  void world.mustTopo('apply', '--yes', '--quiet', world.file('topo.yaml', lab(state, sysctls)));
const answers = (to: string): boolean => world.in('cut.a', `ping -n -c 1 -W 1 ${to}`).status === 0;
/** What a node forwards over IPv6 waits for its link-local address. */
function expectInTheEnd(to: string): void {
  for (let tries = 0; !answers(to); tries++) expect(tries).toBeLessThan(10);
}
/** Redirects come with some of them, and count where the way that they tell of is known. */
const insist = (to: string): void => void world.in('cut.a', `ping -n -c 10 -i 0.1 -W 1 ${to}`);

test('a router that says nothing of shorter ways is used again at once', () => {
  apply('up', SILENT);
  expect(answers('10.77.0.2')).toBe(true);
  expectInTheEnd('fd77::2');
  apply('down', SILENT);
  insist('10.77.0.2');
  insist('fd77::2');
  apply('up', SILENT);
  expect(answers('10.77.0.2')).toBe(true);
  expectInTheEnd('fd77::2');
});

test('with the kernel’s defaults the node keeps to the way that it was told', () => {
  apply('down', '{}');
  insist('10.77.0.2');
  apply('up', '{}');
  expect(world.in('cut.a', 'ip route get 10.77.0.2').stdout).toMatch(/via 10\.61\.0\.1 .*\n.*redirected/);
});
