import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { expand } from '../../src/networks/expand.js';
import { loadTopology } from '../../src/topology/load.js';

const FOLDER = join(import.meta.dirname, '../../examples');

describe('every example', () => {
  test.each(readdirSync(FOLDER).filter((name) => name !== 'gitops'))('%s is expanded without complaint', (name) => {
    const { topology, diagnostics } = loadTopology({ file: 'topo.yaml', bytes: readFileSync(join(FOLDER, name, 'topo.yaml')) }, {});
    expect(diagnostics).toEqual([]);
    const { state, diagnostics: problems } = expand(topology!);
    expect(problems).toEqual([]);
    expect(state.resources.size).toBeGreaterThan(topology!.nodes.length);
  });
});
