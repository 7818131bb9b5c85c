import { describe, expect, it } from '@jest/globals';
import { findTopology, type Seen } from '../../src/topology/find.js';

const disk: { readonly [path: string]: Seen } = {
  '.': { kind: 'directory', names: ['labs', 'topo.yaml', 'topology.yaml', 'x.topo.yaml'] },
  'topo.yaml': { kind: 'file' },
  labs: { kind: 'directory', names: ['one', 'second', 'two', 'none', 'shop.yaml'] },
  'labs/one': { kind: 'directory', names: ['a.topo.yaml', 'README.md'] },
  'labs/second': { kind: 'directory', names: ['topology.yaml', 'a.topo.yaml'] },
  'labs/two': { kind: 'directory', names: ['b.topo.yaml', 'a.topo.yaml'] },
  'labs/none': { kind: 'directory', names: ['README.md'] },
  'labs/hidden': { kind: 'directory', names: ['.topo.yaml'] },
  'labs/yml': { kind: 'directory', names: ['topo.yml'] },
  'labs/compose': { kind: 'directory', names: ['docker-compose.yml'] },
  'labs/clab': { kind: 'directory', names: ['clos.clab.yml'] },
  'labs/shop.yaml': { kind: 'file' },
  '/': { kind: 'directory', names: ['topo.yaml'] },
};

const find = (argument?: string) => findTopology(argument, (path) => disk[path] ?? { kind: 'missing' });

describe('a topology is found', () => {
  it.each([
    [undefined, 'topo.yaml'],
    ['topo.yaml', 'topo.yaml'],
    ['labs/one', 'labs/one/a.topo.yaml'],
    ['labs/second', 'labs/second/topology.yaml'],
    ['labs/shop.yaml', 'labs/shop.yaml'],
    ['/', '/topo.yaml'],
  ])('%s: %s', (argument, file) => expect(find(argument)).toEqual({ file }));
});

describe('a topology is not found', () => {
  it.each([
    ['labs/two', 'several-topologies', 'name one of them: labs/two/a.topo.yaml'],
    ['labs/none', 'no-topology', 'write one, or name a file or directory that has one'],
    ['labs/hidden', 'no-topology', 'if ".topo.yaml" is one, name it on the command line: labs/hidden/.topo.yaml'],
    ['labs/yml', 'no-topology', 'if "topo.yml" is one, name it on the command line: labs/yml/topo.yml'],
    [
      'labs/compose',
      'no-topology',
      '"docker-compose.yml" is for Compose: docs/coming-from.md has its words, and those of topo beside them',
    ],
    ['labs/clab', 'no-topology', '"clos.clab.yml" is for containerlab: docs/coming-from.md has its words, and those of topo beside them'],
    ['labs/shpo.yaml', 'file-missing', 'did you mean "shop.yaml"?'],
    ['', 'file-missing', 'is a variable of the shell unset? Without a name the topology of this directory is meant'],
    ['nowhere/topo.yaml', 'file-missing', 'there is no directory "nowhere" either'],
  ])('%s: %s', (argument, code, hint) => expect(find(argument)).toMatchObject({ problem: { code, hint } }));
});
