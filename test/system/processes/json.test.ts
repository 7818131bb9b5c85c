/** What `--json` says of commands, against the published schemas. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Ajv2020 as Ajv } from 'ajv/dist/2020.js';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, World } from '../world.js';
import { lab } from './lab.js';

const NAMES = ['errors', 'plan', 'events', 'status', 'show', 'validate'] as const;

let world: World;
let ajv: Ajv;
beforeAll(async () => {
  world = await World.create();
  const { Ajv2020 } = await import('ajv/dist/2020.js');
  ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
  for (const name of NAMES) ajv.addSchema(JSON.parse(readFileSync(join(ROOT, `schemas/${name}.schema.json`), 'utf8')) as object);
  world.file('topo.yaml', lab('run:', '  - { name: x, command: [sleep, "1000"], env: { A: secret } }', 'exec: ["echo said"]'));
});
afterAll(() => world.dispose());

function valid(name: (typeof NAMES)[number], text: string): unknown {
  const document = JSON.parse(text) as unknown;
  const validate = ajv.getSchema(`${name}.schema.json`)!;
  expect(validate(document) === true ? [] : validate.errors).toEqual([]);
  return document;
}

describe('the documents', () => {
  it('of plan and apply are valid, output among the events', () => {
    valid('plan', world.mustTopo('plan', '--json'));
    const events = world
      .mustTopo('apply', '-y', '--json')
      .trim()
      .split('\n')
      .map((line) => valid('events', line));
    expect(events).toContainEqual(expect.objectContaining({ type: 'output', line: 'said', action: 'create' }));
  });

  it('of status tells since when it runs, or that it has ended', () => {
    const status = (): unknown => valid('status', world.topo(['status', '--json']).stdout);
    const facts = { pid: expect.any(Number), since: expect.stringMatching(/^\d{4}-.*Z$/), log: '/run/topo/run/p/a/x/log' };
    expect(status()).toMatchObject({
      inSync: true,
      objects: expect.arrayContaining([expect.objectContaining({ id: 'process:a/x', facts })]),
    });
    world.must('pkill -KILL -f "^sleep 1000"; until test -s /run/topo/run/p/a/x/exit; do sleep 0.02; done');
    const fields = [{ field: 'state', from: 'killed by SIGKILL', to: 'running' }];
    expect(status()).toMatchObject({
      objects: expect.arrayContaining([expect.objectContaining({ id: 'process:a/x', status: 'drifted', fields })]),
    });
  });

  it('of show has the command without its environment', () => {
    const text = world.mustTopo('show', 'a', '--json');
    expect(valid('show', text)).toMatchObject({ nodes: { a: { run: { x: { command: ['sleep', '1000'], state: 'killed by SIGKILL' } } } } });
    expect(text).not.toContain('secret');
  });
});
