import { describe, expect, it } from '@jest/globals';
import type { Plan } from '../../src/model/plan.js';
import { without } from '../../src/watch/part.js';
import { desired, nothing, observed, planned, SHOP } from '../report/states.js';

const shop = desired(SHOP);
const ids = ({ actions }: Plan): readonly string[] => actions.map(({ id }) => id);
const held = (...names: readonly string[]): ReadonlySet<string> => new Set(names);
const LO = 'address:shop.web/lo/10.0.0.1/32';
const BLACKHOLE = 'route:shop.web/10.8.0.0/16';
const VETH = [...shop.resources.keys()].find((id) => id.startsWith('veth:'))!;

describe('a plan without some objects', () => {
  const drifted = planned(shop, observed(shop, { [LO]: null, [BLACKHOLE]: null, [VETH]: { mtu: 1400 } }));

  it('is the plan itself if they are not in it', () => {
    expect(without(drifted, held('netns:shop.web'))).toBe(drifted);
  });

  it('has all others', () => {
    expect(ids(drifted)).toEqual(expect.arrayContaining([LO, BLACKHOLE, VETH]));
    expect(ids(without(drifted, held(LO)))).toEqual(ids(drifted).filter((id) => id !== LO));
  });

  it('has nothing that stands on them, and nothing that they stand on', () => {
    const all = planned(shop, nothing('shop'));
    const inNode = ids(all).filter((id) => id.includes('shop.web'));
    const left = ids(without(all, held(LO)));
    expect(inNode.length).toBeGreaterThan(3);
    expect(left.filter((id) => id.includes('shop.web'))).toEqual([]);
  });

  it('is empty if links are deleted as a group and one of them is to stay', () => {
    const two = desired(`${SHOP}  other: { networks: [front] }\n`);
    const gone = planned(nothing('shop'), observed(two));
    const veths = ids(gone).filter((id) => id.startsWith('veth:'));
    expect(veths).toHaveLength(2);
    expect(gone.actions.some(({ operations }) => operations.some(({ op }) => op === 'group-delete'))).toBe(true);
    expect(ids(without(gone, held(veths[0]!)))).toEqual([]);
  });
});
