import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { availableParallelism } from 'node:os';
import { address, bridge, linkSet, netnsAdd, route, veth } from './operations.js';
import { Machine, type Scope } from './private.js';

const NODES = 60;
const scope: Scope & { readonly rules: readonly string[] } = {
  lab: 'lab',
  namespaces: ['n1', 'asked', 'crashed'],
  sysctls: { n2: ['net.ipv4.ip_forward'], host: ['net.ipv4.ip_forward'] },
  rules: ['host'],
};

let machine: Machine;
beforeAll(async () => {
  machine = Machine.start();
  await machine.must(bridge('br'), linkSet('host', 'br', { up: true }));
  for (let i = 0; i < NODES; i++) {
    const netns = `n${i}`;
    await machine.must(
      netnsAdd(netns),
      veth(`${netns}:eth0`, `host:v${i}`, {}, { master: 'br', up: true }),
      linkSet(netns, 'eth0', { up: true }),
      address(netns, 'eth0', `10.0.0.${i + 1}/24`),
      route(netns, '10.9.0.0/16', { via: '10.0.0.99', dev: 'eth0' }),
    );
  }
  // So many that the kernel tells them in several pieces, and refuses what was asked behind them.
  await machine.sh(
    `for i in $(seq 1000); do echo "neigh add 10.8.$((i / 250)).$((i % 250 + 1)) lladdr 02:00:00:00:00:01 dev br"; done | ip -batch -`,
  );
  await machine.must(netnsAdd('asked', 'topo:other/asked'), netnsAdd('theirs', 'topo:other/theirs'));
  await machine.sh('ip netns add foreign && touch /run/netns/crashed && mkdir -p /etc/netns && ln -s /nowhere /etc/netns/n0');
}, 60_000);
afterAll(() => machine.stop());

test.each([
  ['the other thread has read all before this one begins', 1000],
  ['both read', 60],
  ['this thread begins first', 0],
])('%s: the same is observed', async (_, headStart) => {
  const alone = await machine.observe(scope);
  const { observation, read, host } = await machine.observeAhead(headStart, scope);
  expect(observation).toEqual(alone);
  expect(observation.namespaces).toHaveLength(NODES + 2);
  expect(host).toBe(availableParallelism() > 1);
  if (headStart === 1000 && availableParallelism() > 1) expect(read).toBe(NODES + 1);
});
