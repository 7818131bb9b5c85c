/** `policy`: who gets through to whom, and what becomes of that when the file changes. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { probe } from '../traffic/probe.js';
import { World } from '../world.js';
import { apply, calicoLab, learned } from './lab.js';

const NODES = `
  web: { host: h1, networks: { pods: 10.244.1.5 }, labels: { app: web, tier: front } }
  job: { host: h1, networks: { pods: 10.244.1.6 }, labels: { app: job } }
  far: { host: h2, networks: { pods: 10.244.2.6 }, labels: { app: web, tier: back } }
  db: { host: h2, networks: { pods: 10.244.2.5 }, labels: { app: db }, ports: ['8080:80'] }
  ext: { networks: { lan: 192.168.50.99 } }
  shop: { host: h1, networks: { shop: 172.31.0.5 } }`;

const lab = (policy: string, more = ''): string =>
  calicoLab(policy === '' ? '' : `, policy: [${policy}]`, NODES).replace('  plain:', `  shop: { subnet: 172.31.0.0/24 }\n${more}  plain:`);

let world: World;

beforeAll(async () => {
  world = await World.create();
  apply(world, lab(''));
  await learned(world, 'h1', 1);
  await learned(world, 'h2', 1);
  await world.serve('cal.db', '80,81,udp:53', 'db');
  await world.serve('cal.web', '80', 'web');
}, 60_000);
afterAll(() => world.dispose());

const WAYS = {
  web: ['cal.web', 'http://10.244.2.5:80'],
  'web 81': ['cal.web', 'http://10.244.2.5:81'],
  'web udp': ['cal.web', 'udp 10.244.2.5:53'],
  'web ping': ['cal.web', 'ping 10.244.2.5'],
  job: ['cal.job', 'http://10.244.2.5:80'],
  far: ['cal.far', 'http://10.244.2.5:80'],
  host: ['cal.h2', 'http://10.244.2.5:80'],
  'other host': ['cal.h1', 'http://10.244.2.5:80'],
  published: ['cal.ext', 'http://192.168.50.12:8080'],
  'db to web': ['cal.db', 'http://10.244.1.5:80'],
} as const;

/** The names of the ways that lead through. */
async function open(): Promise<readonly string[]> {
  const results = await Promise.all(Object.values(WAYS).map(([from, to]) => probe(world, from, to)));
  return Object.keys(WAYS).filter((_, i) => /sees|answer/.test(results[i] ?? ''));
}

describe('a node that', () => {
  const always = ['host', 'db to web'];
  it.each([
    ['no rule selects takes everything', '', Object.keys(WAYS)],
    ['is selected takes what is listed', '{ to: { app: db }, from: [{ app: web }], ports: [tcp/80] }', ['web', 'far', ...always]],
    ['is selected with two labels of a sender', '{ to: { app: db }, from: [{ app: web, tier: back }] }', ['far', ...always]],
    ['is selected by ports alone', '{ to: { app: db }, ports: [udp/53, icmp] }', ['web udp', 'web ping', ...always]],
    [
      'is selected with an address',
      '{ to: { app: db }, from: [192.168.50.0/24], ports: [tcp/80] }',
      ['other host', 'published', ...always],
    ],
    ['is to take nothing', '{ to: { app: db }, from: [] }', always],
    [
      'two rules select takes what either lists',
      '{ to: { app: db }, from: [{ app: job }] }, { to: {}, ports: [icmp] }, { to: { app: web } }',
      ['web ping', 'job', ...always],
    ],
  ])('%s', async (_name, policy, ways) => {
    apply(world, lab(policy));
    expect([...(await open())].sort()).toEqual([...ways].sort());
  });
});

it('open connections stay when the policy changes, as long as they are allowed', async () => {
  const [both, one] = ['{ to: { app: db }, from: [{ app: web }, { app: job }] }', '{ to: { app: db }, from: [{ app: web }] }'];
  apply(world, lab(both));
  // One connection for two requests, with the change in between.
  const script = world.file(
    'talk.py',
    `import http.client, time
connection = http.client.HTTPConnection('10.244.2.5', 80, timeout=5)
for wait in (5, 0):
    connection.request('GET', '/')
    print(connection.getresponse().read().decode().strip(), connection.sock.getsockname()[1], flush=True)
    time.sleep(wait)
`,
  );
  const talk = world.later('cal.web', `python3 ${script}`);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  apply(world, lab(one));
  expect(await probe(world, 'cal.job', 'http://10.244.2.5:80')).toBe('timeout');
  const { stdout } = await talk;
  expect(stdout).toMatch(/^(db:80 peer=10\.244\.1\.5 \d+)\n\1\n$/);
});

it('the rules of a host name its own nodes only, and a sender is looked up in a map', () => {
  apply(world, lab('{ to: { app: db }, from: [{ app: web }], ports: [tcp/80] }'));
  expect(world.in('cal.h1', 'nft list ruleset').stdout).not.toContain('senders');
  expect(world.in('cal.h2', 'nft list ruleset').stdout).toMatch(
    /tcp dport 80 ip saddr vmap @senders-pods\.\w+-4 comment "networks\.pods\.policy\[0\]"/,
  );
  world.must('ip netns exec cal.h2 nft -a list maps | grep -q senders');
  const map = /map (senders-\S+)/.exec(world.in('cal.h2', 'nft list maps').stdout)?.[1] ?? '';
  world.must(`ip netns exec cal.h2 nft add element inet topo_cal ${map} '{ 10.244.1.6 : accept }'`);
  expect(world.mustTopo('plan', 'topo.yaml')).toMatch(new RegExp(`map ${map}[\\s\\S]*- 10\\.244\\.1\\.6 : accept`));
  apply(world, lab('{ to: { app: db }, from: [{ app: web }], ports: [tcp/80] }'));
});

it('nodes of other networks do not get in, on their host or another', async () => {
  apply(world, lab(''));
  expect(await probe(world, 'cal.shop', 'http://10.244.1.5:80')).toBe('timeout');
  expect(await probe(world, 'cal.shop', 'http://10.244.2.5:80')).toBe('timeout');
  expect(await probe(world, 'cal.shop', 'http://192.168.50.12:8080')).toBe('db:80 sees 192.168.50.11');
});
