/** What is done to a tunnel's forwarding table, entry by entry. */
import { expect, test } from '@jest/globals';
import { EVERYBODY, fdb, fdbResource, type FdbEntry } from '../../src/kinds/fdb.js';
import type { FdbOperation } from '../../src/model/operation.js';
import { stateOf, type Props, type Resource } from '../../src/model/state.js';
import { plan } from '../../src/plan/plan.js';

const about = { path: 'test', at: { file: 'test.yaml', line: 1, column: 1, length: 1 } };
const [A, B, GROUP] = ['02:00:00:00:00:0a', '02:00:00:00:00:0b', '01:00:5e:00:00:09'];
const [ONE, TWO, THREE] = ['192.168.50.1', '192.168.50.2', '192.168.50.3'];

const wanted = (entries: readonly FdbEntry[]): Resource => fdbResource({ netns: 'a', dev: 'vx0', entries, link: 'vxlan:a/vx0', ...about });

/** As it is found; `isPort`: the link is a port of a bridge of the lab. */
const seen = (entries: Props, isPort = false): Resource => ({
  ...{ id: 'fdb:a/vx0', kind: 'fdb', netns: 'a', props: { dev: 'vx0', ...entries } },
  needs: ['netns:a', 'vxlan:a/vx0', ...(isPort ? ['bridge:a/br0'] : [])],
});

/** `set MAC DST`, `append …`, `delete MAC DST OTHER`, `forget MAC`: what the bridge has learned. */
const line = ({ op, mac, dst, other = '', learned }: FdbOperation): string =>
  [learned === true ? 'forget' : op.slice('fdb-'.length), mac, dst, other].filter((word) => word !== '').join(' ');

const done = (after: readonly FdbEntry[], before: Resource | null): readonly string[] => {
  const state = (resources: readonly Resource[]) => stateOf('lab', resources);
  const { actions } = plan(state(after.length === 0 ? [] : [wanted(after)]), state(before === null ? [] : [before]), () => fdb);
  return actions.flatMap(({ operations }) => operations.map((one) => line(one as FdbOperation)));
};

const everybody = (...dsts: readonly string[]): readonly FdbEntry[] => dsts.map((dst) => ({ mac: EVERYBODY, dst }));

test.each<readonly [what: string, after: readonly FdbEntry[], before: Resource | null, operations: readonly string[]]>([
  [
    'a table is made, in an order of its own',
    [{ mac: B, dst: TWO }, ...everybody(TWO, ONE), { mac: A, dst: ONE }],
    null,
    [`append ${EVERYBODY} ${ONE}`, `append ${EVERYBODY} ${TWO}`, `set ${A} ${ONE}`, `set ${B} ${TWO}`],
  ],
  ['nothing', [{ mac: A, dst: ONE }, ...everybody(TWO, ONE)], seen({ [A]: ONE, [EVERYBODY]: [ONE, TWO] }), []],
  [
    'an entry more',
    [
      { mac: A, dst: ONE },
      { mac: B, dst: ONE },
    ],
    seen({ [A]: ONE }),
    [`set ${B} ${ONE}`],
  ],
  ['an entry that leads elsewhere is replaced', [{ mac: A, dst: ONE }], seen({ [A]: TWO }, true), [`set ${A} ${ONE}`]],
  ['one that leads there by another port, too', [{ mac: A, dst: ONE }], seen({ [A]: `${ONE} port 99` }), [`set ${A} ${ONE}`]],
  ['one by a nexthop is taken out before', [{ mac: A, dst: ONE }], seen({ [A]: 'nhid 10' }), [`delete ${A}`, `set ${A} ${ONE}`]],
  ['an entry less', [{ mac: A, dst: ONE }], seen({ [A]: ONE, [B]: TWO }), [`delete ${B}`]],
  [
    'an entry less, with what the bridge has learned of it',
    [{ mac: A, dst: ONE }],
    seen({ [A]: ONE, [B]: TWO }, true),
    [`delete ${B}`, `forget ${B}`],
  ],
  [
    'of a shared address one comes and one goes, and no other is touched',
    everybody(ONE, THREE),
    seen({ [EVERYBODY]: [ONE, TWO] }, true),
    [`delete ${EVERYBODY} ${TWO}`, `append ${EVERYBODY} ${THREE}`],
  ],
  [
    'of a shared address that goes each is named, in the words of what it has',
    [{ mac: A, dst: ONE }],
    seen({ [A]: ONE, [GROUP]: [ONE, `${TWO} port 9 via eth0`] }, true),
    [`delete ${GROUP} ${ONE}`, `delete ${GROUP} ${TWO} port 9 via eth0`],
  ],
  [
    'a shared one that leads there otherwise goes first',
    everybody(ONE),
    seen({ [EVERYBODY]: [`${ONE} vni 7`] }),
    [`delete ${EVERYBODY} ${ONE} vni 7`, `append ${EVERYBODY} ${ONE}`],
  ],
  ['a table that goes', [], seen({ [A]: ONE, [EVERYBODY]: [TWO] }), [`delete ${A}`, `delete ${EVERYBODY} ${TWO}`]],
])('%s', (_what, after, before, operations) => {
  expect(done(after, before)).toEqual(operations);
});

test('what comes back has what it had', () => {
  expect(fdb.create(seen({ [A]: `${ONE} port 99 vni 7` })).map((one) => line(one as FdbOperation))).toEqual([
    `set ${A} ${ONE} port 99 vni 7`,
  ]);
});
