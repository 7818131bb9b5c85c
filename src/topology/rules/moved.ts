import type { Move } from '../../model/moves.js';
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
  const names = topology[section].map(({ name }) => name);
  const [fromAt, toAt] = [place(move, 'from'), place(move, 'to')];
  const next = moves.find((other) => other.section === section && other.from === to);
  if (next !== undefined) {
    const related = [{ message: 'it goes on here', at: place(next, 'from') }];
    const message = next === move ? `${section}.${from} is to become itself` : `${section}.${to} is to become another one at once`;
    const hint = next === move ? 'remove it' : 'one step at a time: write what it was and what it is now';
    return report('moved-chain', toAt, message, { hint, ...(next === move ? {} : { related }) });
  }
  const first = moves.find((other) => other.section === section && (other.from === from || other.to === to));
  if (first !== undefined && first !== move) {
    const isFrom = first.from === from;
    const related = [{ message: 'it is here first', at: place(first, isFrom ? 'from' : 'to') }];
    const message = isFrom ? `${section}.${from} cannot become two` : `two cannot become ${section}.${to}`;
    return report('moved-twice', isFrom ? fromAt : toAt, message, { hint: 'remove one of the two', related });
  }
  if (isIncomplete(section)) return;
  if (names.includes(from)) {
    const at = topology[section].find(({ name }) => name === from)?.at;
    const related = at === undefined ? [] : [{ message: 'it is here', at }];
    report('moved-still-there', fromAt, `${section}.${from} was moved, and is in the file`, {
      hint: 'give the new one another name, or remove this',
      related,
    });
  } else if (section === 'nodes' && topology.nodes.some(({ name, isHost }) => name === to && isHost === true)) {
    report('moved-unknown', toAt, `${to} is a host, and no node`, {
      hint: 'nodes and networks are renamed in place, hosts are not: remove the line',
    });
  } else if (!names.includes(to)) {
    report('moved-unknown', toAt, `there is no ${section}.${to} in the file`, {
      hint: () => didYouMean(to, names) ?? 'write the name that it has now',
    });
  }
}
