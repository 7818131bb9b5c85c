/** Changes of examples/docker-bridge: each plan names exactly what changes, and an apply disturbs nothing else. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Conversation } from '../system/traffic/conversation.js';
import { disturbed, identities } from '../system/traffic/identities.js';
import { probe } from '../system/traffic/probe.js';
import { World } from '../system/world.js';
import { planned, planOf, textOf } from './example.js';

const ORIGINAL = textOf('docker-bridge');
const TABLE = 'nftables:host/topo_docker-bridge';

const movedPort = (text: string): string => text.replace("'8088:8000'", "'8089:8000'");

const SECOND = `${ORIGINAL}
  ns2:
    netns: ns2
    networks: { demo: { ipv4_address: 172.8.0.9, interface_name: veth1, host_interface: veth2 } }
`;

const NODE = ['netns:ns2', 'veth:ns2/veth1', 'loopback:ns2/lo', 'address:ns2/veth1/172.8.0.9/16'];
/** The nodes of the network know each other's names. */
const NAMES = '~names:host/demo';
const isOfNode = (id: string): boolean => id.includes('ns2') || id === NAMES;

let world: World;
let conversation: Conversation;
const file = (): string => `${world.directory}/topo.yaml`;

beforeAll(async () => {
  world = await World.create();
  world.outside();
  world.file('topo.yaml', ORIGINAL);
  world.mustTopo('apply', '--yes');
  await world.serve('ns1', 8000, 'ns1');
  conversation = await Conversation.open(world, 'outside', '10.99.0.2', 8088);
});
afterAll(() => world.dispose());

/** Applies the text; gives what was there before and is not any more, or is another. */
function change(text: string): readonly string[] {
  world.file('topo.yaml', text);
  const before = identities(world);
  world.mustTopo('apply', '--yes');
  expect(world.topo(['plan', '--detailed-exitcode']).status).toBe(0);
  return disturbed(before, identities(world));
}

describe('a change of examples/docker-bridge', () => {
  it('a second node: the node alone', async () => {
    world.file('topo.yaml', SECOND);
    const plan = planned(world, file());
    expect(plan).toEqual(plan.filter(isOfNode));
    expect(plan).toEqual(expect.arrayContaining(NODE.map((id) => `+${id}`)));
    expect(plan).toHaveLength(NODE.length + 2);
    expect(plan.filter((id) => id.startsWith('+route:ns2/'))).toHaveLength(1);
    expect(change(SECOND)).toEqual([]);
    expect(await probe(world, 'ns2', 'http://172.8.0.8:8000')).toBe('ns1 sees 172.8.0.9');
    expect(await conversation.ask()).toBe('ns1 peer=10.99.0.1');
  });

  it('a port for it: the rules alone, in one chain', async () => {
    const text = `${SECOND}    ports: ['8090:8000']\n`;
    world.file('topo.yaml', text);
    expect(planned(world, file())).toEqual([`~${TABLE}`]);
    expect(planOf(world, file())[0]?.fields.map(({ field }) => field)).toEqual(['chain published']);
    expect(change(text)).toEqual([]);
    await world.serve('ns2', 8000, 'ns2');
    expect(await probe(world, 'outside', 'http://10.99.0.2:8090')).toBe('ns2 sees 10.99.0.1');
    expect(await conversation.ask()).toBe('ns1 peer=10.99.0.1');
  });

  it('a changed port: the rules alone; the old one is refused, and a connection by it goes on', async () => {
    const text = `${SECOND}    ports: ['8091:8000']\n`;
    const second = await Conversation.open(world, 'outside', '10.99.0.2', 8090);
    world.file('topo.yaml', text);
    expect(planned(world, file())).toEqual([`~${TABLE}`]);
    expect(change(text)).toEqual([]);
    expect(await probe(world, 'outside', 'http://10.99.0.2:8090')).toBe('refused');
    expect(await probe(world, 'outside', 'http://10.99.0.2:8091')).toBe('ns2 sees 10.99.0.1');
    expect(await conversation.ask()).toBe('ns1 peer=10.99.0.1');
    expect(await second.ask()).toBe('ns2 peer=10.99.0.1');
  });

  it('the only port of the first node changed, while it serves', async () => {
    const text = movedPort(SECOND);
    world.file('topo.yaml', text);
    expect(planned(world, file())).toEqual([`~${TABLE}`]);
    expect(change(text)).toEqual([]);
    // Nothing of it holds its namespace in the tests that follow.
    world.must('kill $(ip netns pids ns2)');
    expect(await probe(world, 'outside', 'http://10.99.0.2:8088')).toBe('refused');
    expect(await probe(world, 'outside', 'http://10.99.0.2:8089')).toBe('ns1 sees 10.99.0.1');
    expect(await conversation.ask()).toBe('ns1 peer=10.99.0.1');
  });

  it('a renamed node: the old one goes, the new one comes, and nothing else', async () => {
    const text = movedPort(SECOND).replaceAll('ns2', 'ns3').replace('172.8.0.9', '172.8.0.10').replace('veth2', 'veth3');
    world.file('topo.yaml', text);
    const plan = planned(world, file());
    expect(plan.filter((id) => !/ns[23]/.test(id))).toEqual([NAMES]);
    expect(plan.filter((id) => id.startsWith('-')).every((id) => id.includes('ns2'))).toBe(true);
    expect(plan.filter((id) => id.startsWith('+')).every((id) => id.includes('ns3'))).toBe(true);
    expect(change(text)).toEqual(['host/veth2', 'ns2', 'ns2/lo', 'ns2/veth1']);
    expect(await conversation.ask()).toBe('ns1 peer=10.99.0.1');
  });

  it('a removed node: the node alone', async () => {
    const text = movedPort(ORIGINAL);
    world.file('topo.yaml', text);
    const plan = planned(world, file());
    expect(plan.filter((id) => !id.startsWith('-') || !id.includes('ns3'))).toEqual([NAMES]);
    expect(plan).toContain('-netns:ns3');
    expect(change(text)).toEqual(['host/veth3', 'ns3', 'ns3/lo', 'ns3/veth1']);
    expect(await conversation.ask()).toBe('ns1 peer=10.99.0.1');
  });

  it('a veth that somebody deleted: it and what went with it', () => {
    world.file('topo.yaml', SECOND);
    world.mustTopo('apply', '--yes');
    world.must('ip link delete veth2');
    const plan = planned(world, file());
    expect(plan.filter((id) => !id.startsWith('+') || !id.includes('ns2/'))).toEqual([]);
    expect(plan).toEqual(expect.arrayContaining(['+veth:ns2/veth1', '+address:ns2/veth1/172.8.0.9/16']));
    expect(plan).toHaveLength(3);
    expect(change(SECOND)).toEqual([]);
  });
});
