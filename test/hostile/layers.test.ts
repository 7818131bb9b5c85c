/** What the language refuses is refused once more where it would do harm. */
import { describe, expect, it } from '@jest/globals';
import { runWords } from '../../src/kernel/containers/words.js';
import { commandText } from '../../src/kernel/iproute/script.js';
import { changeNodeFiles } from '../../src/kernel/node-files/write.js';
import { commandFile } from '../../src/kernel/processes/script.js';
import { parseSetFolder, setFolder } from '../../src/model/node-files.js';
import { identifier } from '../../src/model/nft-text.js';
import { processFolder } from '../../src/model/process.js';
import type { BirdProtocol } from '../../src/networks/bird/config.js';
import { ALL, NONE } from '../../src/networks/bird/config.js';
import { birdText } from '../../src/networks/bird/text.js';
import { loadTopology } from '../../src/topology/load.js';

const OUT = ['..', '.', '', '../x', '/etc', 'a/b', 'a\0b'];
const INJECTED = ['a;b', 'a b', 'a\nb', '$(id)', '`id`', '-x', 'a"b', "a'b", 'a\\b', '*'];

const isRefused = (text: string): boolean => loadTopology({ file: 'f', bytes: Buffer.from(text) }, {}).topology === null;

describe('names of labs, nodes, networks, processes and namespaces', () => {
  it.each([...OUT, ...INJECTED])('%j is refused in a file', (name) => {
    const quoted = JSON.stringify(name);
    expect(isRefused(`name: ${quoted}\n`)).toBe(true);
    expect(isRefused(`name: a\nnodes: { ${quoted}: {} }\n`)).toBe(true);
    expect(isRefused(`name: a\nnetworks: { ${quoted}: {} }\n`)).toBe(true);
    expect(isRefused(`name: a\nnodes: { a: { netns: ${quoted} } }\n`)).toBe(true);
    expect(isRefused(`name: a\nnodes: { a: { hostname: ${quoted} } }\n`)).toBe(true);
    expect(isRefused(`name: a\nnodes: { a: { run: [{ command: x, name: ${quoted} }] } }\n`)).toBe(true);
    expect(isRefused(`name: a\nnetworks: { n: {} }\nnodes: { a: { networks: { n: { aliases: [${quoted}] } } } }\n`)).toBe(true);
    expect(isRefused(`name: a\nnodes: { a: { container: ${quoted} } }\n`)).toBe(true);
    expect(isRefused(`name: a\nnodes: { a: { sysctls: { ${quoted}: 1 } } }\n`)).toBe(true);
  });

  it.each([...OUT, ...INJECTED])('%j makes no path', (name) => {
    expect(() => processFolder({ lab: name, owner: 'a', name: 'b' })).toThrow(RangeError);
    expect(() => processFolder({ lab: 'a', owner: name, name: 'b' })).toThrow(RangeError);
    expect(() => processFolder({ lab: 'a', owner: 'b', name })).toThrow(RangeError);
    expect(() => setFolder(name, 'a')).toThrow(RangeError);
    expect(() => setFolder('a', name)).toThrow(RangeError);
    expect(parseSetFolder(`/run/topo/names/${name}/a`)).toBeNull();
    expect(parseSetFolder(`/run/topo/names/a/${name}`)).toBeNull();
  });

  it.each(['a;b', 'a b', 'a\nb', '$(id)', '-x', 'a"b', 'a{b', ''])('%j is no name in nftables', (name) => {
    expect(() => identifier(name)).toThrow(RangeError);
  });

  // The kernel takes nearly everything; what others read as something else is refused.
  it.each(['a"b', "a'b", 'a\\b', 'a b', 'a\nb', '-x', 'a*', 'a?', 'a/b', '..', 'a%d', 'a:b'])('%j is the name of no interface', (name) => {
    const quoted = JSON.stringify(name);
    expect(isRefused(`name: a\nnetworks: { n: { bridge_name: ${quoted} } }\n`)).toBe(true);
    expect(isRefused(`name: a\nnetworks: { n: {} }\nnodes: { a: { networks: { n: { interface_name: ${quoted} } } } }\n`)).toBe(true);
    expect(isRefused(`name: a\nnetworks: { n: {} }\nnodes: { a: { networks: { n: { host_interface: ${quoted} } } } }\n`)).toBe(true);
  });

  it.each(OUT)('%j is no namespace whose link, or file, is written', (name) => {
    const netns = 'host';
    for (const folder of ['', '/run/topo/names/a/b'])
      expect(() => changeNodeFiles({ op: 'node-files-link', netns: name, folder })).toThrow(RangeError);
    expect(() => commandText({ op: 'node-files-link', netns: name, folder: '' })).toThrow(RangeError);
    for (const folder of [`/run/topo/names/a/${name}/b`, '/run/topo/names/../x', '/run/topo/names/a/..', '/tmp/x']) {
      expect(() => changeNodeFiles({ op: 'node-files-write', netns, folder, files: {} })).toThrow(/no folder of topo's/);
      expect(() => changeNodeFiles({ op: 'node-files-delete', netns, folder })).toThrow(/no folder of topo's/);
    }
  });
});

describe('what is written for other programs', () => {
  const protocol = { protocol: 'direct', families: [4], name: 'a-b' } as const;
  const bgp: BirdProtocol = {
    ...{ protocol: 'bgp', name: 'b-c', description: 'r2', local: { asn: 1 }, neighbor: { address: '10.0.0.2', asn: 2 }, families: [4] },
    ...{
      import: ALL,
      export: NONE,
      nextHopSelf: false,
      routeReflectorClient: false,
      distance: 'direct',
      passive: false,
      bfd: false,
      holdTime: 90,
    },
  };
  const bird = (one: BirdProtocol): string => birdText({ routerId: '10.0.0.1', protocols: [one] }).join('\n');

  it.each(['a"; }', 'a\nb', 'a\\'])('BIRD has no text %j', (text) => {
    expect(bird({ ...bgp, password: 'good' })).toContain('password "good";');
    expect(() => bird({ ...bgp, password: text })).toThrow(RangeError);
    expect(() => bird({ ...bgp, description: text })).toThrow(RangeError);
    expect(() => bird({ ...bgp, name: text })).toThrow(RangeError);
    expect(() => bird({ ...protocol, interfaces: [text] })).toThrow(RangeError);
  });

  it('a container runtime gets no option for an operand', () => {
    const run = {
      op: 'container-run',
      netns: 'host',
      labels: {},
      environment: {},
      volumes: [],
      cap_add: [],
      privileged: false,
      hostname: '',
      files: '',
    } as const;
    const good = { ...run, container: 'a', image: 'b', command: [], network: 'none' };
    expect(runWords(good, '')).toEqual(expect.arrayContaining(['--name', 'a', '--network', 'none', 'b']));
    expect(() => runWords({ ...good, image: '--privileged' }, '')).toThrow(RangeError);
    expect(() => runWords({ ...good, container: '-v/:/host' }, '')).toThrow(RangeError);
  });

  it('a shell exports no variable that is a command', () => {
    const definition = { netns: 'host', command: 'x', cwd: '/', user: '', reads: {}, rereads: {}, signal: '' };
    const file = (env: Record<string, string>): string => commandFile({ lab: 'l', owner: 'n', name: 'p' }, { ...definition, env });
    expect(file({ A: "'; touch /x; '" })).toContain(String.raw`export A=''\''; touch /x; '\'''`);
    expect(() => file({ 'A;touch /x;B': '1' })).toThrow(RangeError);
    expect(() => file({ 'A=$(touch /x)': '1' })).toThrow(RangeError);
  });

  it.each(["a'; touch x; '", '$(touch x)', '`touch x`', 'a\ntouch x', '-x', '!a'])('a script has %j as one word', (word) => {
    const text = commandText({ op: 'netns-delete', netns: word });
    expect(text.replace(/'(?:[^']|'\\'')*'/g, '').replace(/[\w -]/g, '')).toBe('');
  });
});
