/** A host whose only name server is at a loopback address: its nodes cannot ask it, and plan says so. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { World } from '../world.js';

const lab = (network = '', node = ''): string => `name: alone
networks:
  n: { subnet: 10.61.0.0/24${network} }
nodes:
  a: { networks: [n]${node} }
`;

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world.dispose());

const told = (resolvers: string, text: string): string => {
  world.must(`printf '${resolvers}' > /etc/resolv.conf`);
  return world.topo(['plan', world.file('topo.yaml', text)]).stderr;
};

test.each(['nameserver 127.0.0.1\\n', 'nameserver ::1\\nsearch example.com\\n'])('%j is told, with the ways out', (resolvers) => {
  const text = told(resolvers, lab());
  expect(text).toMatch(
    /topo\.yaml:3:\d+: warning: nodes of networks\.n have no name server for other names than their own: .*\[no-resolver\]/,
  );
  expect(text).toContain('hint: write `dns: server` for the network');
});

test.each([
  ['another server', 'nameserver 127.0.0.1\\nnameserver 192.0.2.53\\n', lab()],
  ['no server at all', '# none\\n', lab()],
  ['a network with a server', 'nameserver 127.0.0.1\\n', lab(', dns: server')],
  ['a node with a server of its own', 'nameserver 127.0.0.1\\n', lab('', ', dns: [192.0.2.53]')],
  ['an internal network', 'nameserver 127.0.0.1\\n', lab(', internal: true')],
])('nothing is told with %s', (_what, resolvers, text) => {
  expect(told(resolvers, text)).toBe('');
});

test('the list of systemd-resolved is what counts where it is', () => {
  world.must('mkdir -p /run/systemd/resolve && echo nameserver 192.0.2.53 > /run/systemd/resolve/resolv.conf');
  expect(told('nameserver 127.0.0.53\\n', lab())).toBe('');
});
