import { pathOfMoved, type Move } from '../../model/moves.js';
import { pathOfNode } from '../../model/node-path.js';
import type { Rule, RuleContext } from './rule.js';
import { didYouMean } from '../suggest.js';

export const moved: Rule = {
  name: 'moved',
  codes: ['moved-chain', 'moved-still-there', 'moved-unknown', 'moved-twice'],
  check(context) {
    const moves = context.topology.moved ?? [];
    for (const move of moves) judge(context, move, moves);
  },
};

function judge({ topology, report, place, isIncomplete }: RuleContext, move: Move, moves: readonly Move[]): void {
  const { section, from, to } = move;
  const [was, is] = [pathOfMoved(move, from), pathOfMoved(move, to)];
  const all = [
    ...topology.nodes.map((one) => ({ at: one.at, path: pathOfNode(one) })),
    ...topology.networks.map(({ at, name }) => ({ at, path: `networks.${name}` })),
  ];
  const [fromAt, toAt] = [place(move, 'from'), place(move, 'to')];
  const next = moves.find((other) => other.section === section && other.from === to);
  if (next !== undefined) {
    const related = [{ message: 'it goes on here', at: place(next, 'from') }];
    const message = next === move ? `${was} is to become itself` : `${is} is to become another one at once`;
    const hint = next === move ? 'remove it' : 'one step at a time: write what it was and what it is now';
    return report('moved-chain', toAt, message, { hint, ...(next === move ? {} : { related }) });
  }
  const first = moves.find((other) => other.section === section && (other.from === from || other.to === to));
  if (first !== undefined && first !== move) {
    const isFrom = first.from === from;
    const related = [{ message: 'it is here first', at: place(first, isFrom ? 'from' : 'to') }];
    const message = isFrom ? `${was} cannot become two` : `two cannot become ${is}`;
    return report('moved-twice', isFrom ? fromAt : toAt, message, { hint: 'remove one of the two', related });
  }
  if (isIncomplete(section)) return;
  const still = all.find(({ path }) => path === was);
  if (still !== undefined) {
    report('moved-still-there', fromAt, `${was} was moved, and is in the file`, {
      hint: 'give the new one another name, or remove this',
      related: [{ message: 'it is here', at: still.at }],
    });
  } else if (!all.some(({ path }) => path === is)) {
    const [paths, elsewhere] = [all.map(({ path }) => path), all.find(({ path }) => path.slice(path.indexOf('.') + 1) === to)];
    report('moved-unknown', toAt, `there is no ${is} in the file`, {
      hint: () => (elsewhere === undefined ? (didYouMean(is, paths) ?? 'write the name that it has now') : `it is ${elsewhere.path}`),
    });
  }
}
