/** Two labs cannot publish one port of the host: an error of plan that names the other lab and the line. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { World } from '../world.js';

let world: World;

const lab = (name: string, index: number, ports: string): string => `name: ${name}
networks: { n: { subnet: [10.81.${index}.0/24, 'fd81:${index}::/64'] } }
nodes:
  a:
    networks: [n]
    ports: [${ports}]
`;

beforeAll(async () => {
  world = await World.create();
  world.mustTopo('apply', '--yes', world.file('one.yaml', lab('one', 1, "'8080:80', '127.0.0.1:8443:443', '9000-9009:9000-9009/udp'")));
});
afterAll(() => world.dispose());

test.each([
  { name: 'the same port', ports: "'8080:81'", taken: 'port 8080/tcp of the host' },
  { name: 'the same port of one address', ports: "'127.0.0.1:8080:81'", taken: 'port 8080/tcp of the host' },
  { name: 'the same port of the other lab’s address', ports: "'8443:81'", taken: 'port 8443/tcp of 127.0.0.1' },
  { name: 'a run that overlaps', ports: "'9009-9010:1-2/udp'", taken: 'ports 9000-9009/udp of the host' },
  { name: 'only an IPv6 address', ports: "'[fd99::2]:8080:81'", taken: 'port 8080/tcp of the host' },
])('$name', ({ ports, taken }) => {
  const file = world.file('two.yaml', lab('two', 2, ports));
  for (const command of [['plan'], ['apply', '--yes']]) {
    const { status, stderr } = world.topo([...command, file]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/two\.yaml:6:\d+: error.*\[host-port-taken\]/);
    expect(stderr).toContain(`the lab one publishes ${taken} already`);
    expect(stderr.match(/host-port-taken/g)).toHaveLength(1);
  }
  expect(world.must('nft list tables')).toBe('table inet topo_one\n');
});

test('other protocols, ports and addresses are free, and so is all of a lab that is gone', () => {
  const file = world.file('two.yaml', lab('two', 2, "'8080:80/udp', '8081:80', '127.0.0.2:8443:443', '9000-9009:9000-9009'"));
  world.mustTopo('apply', '--yes', file);
  world.mustTopo('apply', '--yes', world.directory + '/one.yaml');
  expect(world.mustTopo('plan', '--detailed-exitcode', file)).toContain('No changes.');
  world.mustTopo('destroy', '--yes', '--lab', 'one');
  world.mustTopo('apply', '--yes', world.file('two.yaml', lab('two', 2, "'8080:80'")));
  world.mustTopo('destroy', '--yes', '--lab', 'two');
});
