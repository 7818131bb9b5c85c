/** What is needed comes first, however deep, and what needs itself is named (GUARANTEES.md, G7). */
import { describe, expect, it } from '@jest/globals';
import { kindOf } from '../../src/kinds/index.js';
import type { Resource } from '../../src/model/state.js';
import { inOrder } from '../../src/plan/order.js';

const route = (name: string, ...needs: readonly string[]): Resource => ({
  id: `route:a/${name}`,
  kind: 'route',
  netns: 'a',
  props: {},
  needs: needs.map((one) => `route:a/${one}`),
});

describe('the order of a plan', () => {
  it.each([20, 1000])('has what is needed first, %i deep', (depth) => {
    // The deepest comes first in the file.
    const stack = Array.from({ length: depth }, (_, i) => (i === 0 ? route('0') : route(String(i), String(i - 1)))).reverse();
    expect(inOrder(stack, kindOf).map(({ id }) => id)).toEqual(Array.from({ length: depth }, (_, i) => `route:a/${i}`));
  });

  it('names objects that need each other, with the way around', () => {
    expect(() => inOrder([route('x', 'y'), route('y', 'z'), route('z', 'y')], kindOf)).toThrow(
      'these objects need each other: route:a/x -> route:a/y -> route:a/z -> route:a/y',
    );
  });
});
