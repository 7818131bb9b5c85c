import { expect, it } from '@jest/globals';
import { interfaceNames } from '../../src/model/interfaces.js';
import type { Link, Node } from '../../src/model/topology.js';

const at = { file: 'f', line: 1, column: 1, length: 1 };

const node = (...networks: readonly (readonly [string, string?])[]): Pick<Node, 'name' | 'networks'> => ({
  name: 'a',
  networks: networks.map(([network, interfaceName]) => ({
    network,
    at,
    gwPriority: 0,
    aliases: [],
    ...(interfaceName === undefined ? {} : { interfaceName }),
  })),
});

const link = (a: string, b: string): Link => {
  const end = (text: string) => ({ at, node: text.split(':')[0]!, interface: text.split(':')[1]! });
  return { at, endpoints: [end(a), end(b)], mtu: 1500, state: 'up' };
};

it('counts from eth0 in the order written', () => {
  expect([...interfaceNames(node(['x'], ['b'], ['a']), [])]).toEqual([
    ['x', 'eth0'],
    ['b', 'eth1'],
    ['a', 'eth2'],
  ]);
});

it('skips names that links of this node take, and names that are written', () => {
  const links = [link('a:eth0', 'b:eth1'), link('b:eth3', 'a:eth4')];
  expect([...interfaceNames(node(['x'], ['y', 'eth2'], ['z'], ['w', 'mgmt'], ['v']), links).values()]).toEqual([
    'eth1',
    'eth2',
    'eth3',
    'mgmt',
    'eth5',
  ]);
});
