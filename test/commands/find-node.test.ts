import { describe, expect, it } from '@jest/globals';
import { findNode, type NodeQuestion } from '../../src/commands/find-node.js';
import type { Kernel } from '../../src/kernel/kernel.js';
import type { LinkObservation, NetnsObservation } from '../../src/model/observation.js';

/** Namespaces by lab; the node of each. */
type Labs = { readonly [lab: string]: { readonly [netns: string]: string } };

function kernelWith(labs: Labs): Pick<Kernel, 'labs' | 'observe'> {
  return {
    labs: () => Object.entries(labs).map(([lab, nodes]) => ({ lab, namespaces: Object.keys(nodes), hostLinks: [] })),
    observe: ({ lab }) => ({
      host: empty('host'),
      otherLabs: [],
      otherTables: [],
      missingPrograms: [],
      files: { links: new Map(), sets: new Map(), refusal: null },
      listeners: [],
      foreignChains: [],
      processes: [],
      namespaces: Object.entries(labs[lab] ?? {}).map(([netns, node]) => ({
        ...empty(netns),
        stale: false,
        links: [{ name: 'lo', alias: `topo:${lab}/${node}` } as LinkObservation],
      })),
    }),
  };
}

function empty(netns: string): NetnsObservation {
  return {
    netns,
    links: [],
    addresses: [],
    routes: [],
    localAddresses: new Set(),
    rules: [],
    neighbours: [],
    forwarding: { 4: null, 6: null },
    sysctls: new Map(),
    remembered: new Map(),
    nft: null,
  };
}

const LABS: Labs = {
  shop: { 'shop.web': 'web', 'shop.db': 'db' },
  mall: { 'mall.web': 'web', ns1: 'till' },
};

const find = (question: Partial<NodeQuestion> & { node: string }) =>
  findNode(kernelWith(LABS), { lab: undefined, nearby: undefined, ...question }).netns;

describe('findNode', () => {
  it.each([
    ['the only node of that name', { node: 'db' }, 'shop.db'],
    ['LAB.NODE', { node: 'mall.web' }, 'mall.web'],
    ['a node of --lab', { node: 'web', lab: 'shop' }, 'shop.web'],
    ['the lab of the file at hand, where several have the node', { node: 'web', nearby: 'mall' }, 'mall.web'],
    ['a node of another lab than that of the file at hand', { node: 'db', nearby: 'mall' }, 'shop.db'],
    ['a namespace with a name of its own, by the mark', { node: 'till' }, 'ns1'],
  ])('finds %s', (_what, question, netns) => {
    expect(find(question)).toBe(netns);
  });

  it.each([
    ['several labs have a node web: shop.web, mall.web', { node: 'web' }],
    ['several labs have a node web: shop.web, mall.web', { node: 'web', nearby: 'elsewhere' }],
    ['no lab on this machine has a node ftp', { node: 'ftp' }],
    ['there is no node web of a lab park on this machine', { node: 'park.web' }],
  ])('says: %s', (message, question) => {
    expect(() => find(question)).toThrow(message);
  });

  it.each([
    ['did you mean "till"?', { node: 'tilll' }],
    ['did you mean "db"?', { node: 'shop.dd' }],
    ['did you mean "mall.web"?', { node: 'maill.web' }],
    ['topo list shows the labs', { node: 'nothing' }],
  ])('hints: %s', (hint, question) => {
    expect(() => find(question)).toThrow(
      expect.objectContaining({ diagnostics: [expect.objectContaining({ hint: expect.stringContaining(hint) })] }),
    );
  });

  it('says that there are no labs', () => {
    expect(() => findNode(kernelWith({}), { node: 'web', lab: undefined, nearby: undefined })).toThrow(
      'no lab on this machine has a node web',
    );
  });
});
