import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { wantedOf, wantedText } from '../../src/commands/wanted-text.js';
import { expand } from '../../src/networks/expand.js';
import { loadTopology } from '../../src/topology/load.js';
import { EVERY_KIND } from '../system/promises/every-kind.js';
import { MORE_KINDS } from '../system/promises/more-kinds.js';

const EXAMPLES = join(import.meta.dirname, '../../examples');

const examples = readdirSync(EXAMPLES)
  .filter((name) => name !== 'gitops')
  .map((name) => [name, readFileSync(join(EXAMPLES, name, 'topo.yaml'), 'utf8')] as const);

describe('what a topology wants, as text', () => {
  test.each([...examples, ['a lab of every kind', EVERY_KIND], ['one of more kinds', MORE_KINDS]])(
    'is the same when it is read again: %s',
    (_name, text) => {
      const { topology } = loadTopology({ file: 'topo.yaml', bytes: Buffer.from(text) }, {});
      const { state, observe } = expand(topology!);
      // A field that is undefined is a field that is not there.
      expect(wantedOf(wantedText({ state, observe }))).toEqual({ state, observe });
    },
  );
});
