import Sequencer from '@jest/test-sequencer';

/** Those that make networks take long, and one that begins last would be waited for while the other processors idle. */
const LONG = /[/]test[/](docker|examples|parity|sandbox|system)[/]/;

/** What takes long comes first. Within both halves Jest's own order: by the time of the last run, or by size. */
export default class LongOnesFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const isLong = ({ path }) => LONG.test(path);
    return [...sorted.filter(isLong), ...sorted.filter((test) => !isLong(test))];
  }
}
