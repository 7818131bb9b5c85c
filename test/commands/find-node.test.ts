import { describe, expect, it } from '@jest/globals';
import { findNode, type NodeQuestion } from '../../src/commands/find-node.js';
import type { Kernel } from '../../src/kernel/kernel.js';

/** Namespaces by lab; the node of each. */
type Labs = { readonly [lab: string]: { readonly [netns: string]: string } };

function kernelWith(labs: Labs): Pick<Kernel, 'labs'> {
  return {
    labs: () =>
      Object.entries(labs).map(([lab, owners]) => ({
        lab,
        namespaces: Object.keys(owners),
        nodes: Object.entries(owners).map(([netns, node]) => ({ netns, node })),
        hostLinks: [],
      })),
  };
}

const LABS: Labs = {
  shop: { 'shop.web': 'web', 'shop.db': 'db' },
  mall: { 'mall.web': 'web', ns1: 'till' },
  swap: { 'swap.left': 'right', 'swap.right': 'left' },
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
    ['a namespace with the name of another node, by the mark', { node: 'swap.left' }, 'swap.right'],
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
