/** Docker and topo on one machine: neither disturbs the other. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asRoot } from '../docker/as-root.js';
import { Docker, IMAGE } from '../docker/daemon.js';
import { probe } from '../system/traffic/probe.js';
import { World } from '../system/world.js';

const LAB = `
name: beside
networks:
  mine: { subnet: [10.61.0.0/24, 'fd61::/64'] }
  inner: { subnet: 10.63.0.0/24, internal: true }
nodes:
  m1: { networks: { mine: 10.61.0.2 }, ports: ['8080:80', '5353:53/udp'] }
  m2: { networks: { mine: 10.61.0.3, inner: 10.63.0.3 } }
  i1: { networks: { inner: 10.63.0.2 } }
`;

/** Docker's own: from the host, by its addresses, from outside, from the container itself and its neighbour, and the way out. */
const DOCKERS: readonly (readonly [from: string | null, to: string, result: string])[] = [
  [null, 'http://127.0.0.1:9080', 'c1 sees 172.17.0.1'],
  [null, 'http://10.99.0.2:9080', 'c1 sees 10.99.0.2'],
  [null, 'http://[::1]:9080', 'c1 sees 172.17.0.1'],
  [null, 'http://172.17.0.2', 'c1 sees 172.17.0.1'],
  ['outside', 'http://10.99.0.2:9080', 'c1 sees 10.99.0.1'],
  ['c1', 'http://10.99.0.2:9080', 'c1 sees 172.17.0.1'],
  ['c2', 'http://10.99.0.2:9080', 'c1 sees 172.17.0.1'],
  ['c2', 'http://172.17.0.2', 'c1 sees 172.17.0.3'],
  ['c1', 'http://10.99.0.1', 'lan sees 10.99.0.2'],
  ['c1', 'ping 10.99.0.1', 'answer'],
];

asRoot('a machine with Docker on it', () => {
  let world: World;
  let docker: Docker;

  /** Without counters, comments and the hour. */
  const rules = (): string =>
    ['iptables-save', 'ip6tables-save'].map((save) => world.must(`${save} | grep -v '^#' | sed 's/\\[[0-9:]*\\]//'`)).join('\n');
  const tables = (): string => world.must('nft list tables').trim();
  /** The host-wide setting that both want, and all of Docker's bridge that can be read. */
  const settings = (): string => world.must("sysctl net.ipv4.ip_forward; sysctl -a 2>/dev/null | grep '[.]docker0[.]'");
  const dockersTraffic = (): Promise<readonly string[]> => results(DOCKERS);
  const results = (rows: readonly (readonly [from: string | null, to: string, ...rest: string[]])[]): Promise<readonly string[]> =>
    Promise.all(rows.map(([from, to]) => probe(world, from, to)));
  const expected = DOCKERS.map(([, , result]) => result);

  let before: { readonly rules: string; readonly tables: string; readonly settings: string };

  beforeAll(async () => {
    world = await World.create();
    world.must('sysctl -qw net.ipv4.ip_forward=0');
    world.outside();
    docker = await Docker.start(world);
    docker.must('run', '--detach', '--name', 'c1', '--publish', '9080:80', IMAGE, '/bin/busybox', 'sleep', 'infinity');
    docker.must('run', '--detach', '--name', 'c2', IMAGE, '/bin/busybox', 'sleep', 'infinity');
    for (const name of ['c1', 'c2']) world.must(`ip netns attach ${name} ${docker.pid(name)}`);
    await Promise.all([world.serve('outside', 80, 'lan'), world.serve('c1', 80, 'c1')]);
    world.file('topo.yaml', LAB);
    before = { rules: rules(), tables: tables(), settings: settings() };
  }, 60_000);
  afterAll(async () => {
    world.dispose();
    await docker.dispose();
  });

  it('has Docker’s traffic as it should be, and a policy that drops what is forwarded', async () => {
    expect(before.rules).toContain(':FORWARD DROP');
    expect(await dockersTraffic()).toEqual(expected);
  });

  describe('after topo apply', () => {
    beforeAll(async () => {
      world.mustTopo('apply', '--yes');
      await Promise.all(['m1', 'm2', 'i1'].map((node) => world.serve(`beside.${node}`, 80, node)));
    });

    it('has the same rules of Docker’s, and Docker’s traffic is as before', async () => {
      expect(rules()).toBe(before.rules);
      const lines = settings().split('\n');
      // The lab's IPv6 network has switched IPv6 forwarding on, which the kernel does for every interface.
      expect(lines.filter((line) => !before.settings.includes(line))).toEqual(['net.ipv6.conf.docker0.forwarding = 1']);
      expect(await dockersTraffic()).toEqual(expected);
    });

    it('has one table more, the lab’s', () => {
      expect(
        world
          .must('nft list tables')
          .split('\n')
          .filter((line) => !before.tables.includes(line)),
      ).toEqual(['table inet topo_beside']);
    });

    it('has nothing for a second plan to do', () => {
      expect(world.mustTopo('plan', '--detailed-exitcode')).toContain('No changes');
    });

    it('has the lab’s traffic that the host does not forward', async () => {
      const rows = [
        [null, 'http://10.61.0.2', 'm1 sees 10.61.0.1'],
        [null, 'http://127.0.0.1:8080', 'm1 sees 10.61.0.1'],
        [null, 'http://10.99.0.2:8080', 'm1 sees 10.61.0.1'],
        ['beside.m1', 'ping 10.99.0.2', 'answer'],
      ] as const;
      expect(await results(rows)).toEqual(rows.map(([, , result]) => result));
    });

    it('keeps Docker and topo apart: what is not published is not reached', async () => {
      const rows = [
        ['beside.m1', 'http://172.17.0.2:81'],
        ['beside.m1', 'ping 172.17.0.2'],
        ['c1', 'http://10.61.0.2'],
        ['c1', 'ping 10.61.0.2'],
      ] as const;
      expect(await results(rows)).toEqual(rows.map(() => 'timeout'));
    });

    describe('what Docker’s policy drops of the lab', () => {
      // With br_netfilter, what passes through a bridge is forwarded too.
      const FORWARDED = [
        ['beside.m1', 'http://10.61.0.3', 'm2 sees 10.61.0.2'],
        ['beside.m1', 'http://10.99.0.1', 'lan sees 10.99.0.2'],
        ['beside.m1', 'ping 10.99.0.1', 'answer'],
        ['outside', 'http://10.99.0.2:8080', 'm1 sees 10.99.0.1'],
      ] as const;
      const advice = (): readonly string[] => {
        const { stdout, stderr } = world.topo(['plan']);
        return [...(stdout + stderr).matchAll(/these let it pass: (.*)/g)].flatMap(([, commands = '']) => commands.split('; '));
      };

      it('is named by plan, with the commands that help', async () => {
        expect(await results(FORWARDED)).toEqual(FORWARDED.map(() => 'timeout'));
        const { stdout, stderr } = world.topo(['plan']);
        expect(stdout + stderr).toMatch(
          /the chain FORWARD of the table ip filter \(policy drop\) drops what the host forwards for networks\.mine/,
        );
        expect(advice()).toEqual(expect.arrayContaining([expect.stringMatching(/^iptables -I DOCKER-USER /)]));
      });

      it('passes with them, Docker’s traffic is as before, and plan has nothing more to say', async () => {
        world.must(advice().join(' && '));
        expect(await results(FORWARDED)).toEqual(FORWARDED.map(([, , result]) => result));
        expect(await dockersTraffic()).toEqual(expected);
        expect(advice()).toEqual([]);
      });
    });
  });

  describe('after topo destroy', () => {
    it('is as it was before', async () => {
      world.must('iptables -F DOCKER-USER && iptables -A DOCKER-USER -j RETURN');
      for (const node of ['m1', 'm2', 'i1']) world.must(`ip netns pids beside.${node} | xargs kill`);
      world.mustTopo('destroy', '--yes');
      expect({ rules: rules(), tables: tables(), settings: settings() }).toEqual(before);
      expect(await dockersTraffic()).toEqual(expected);
    });
  });
});
