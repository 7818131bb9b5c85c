/** The way back: what there was before the first change is the desired state, and is reached as any other is. */
import { findState } from '../kinds/find.js';
import { describedFormer, type Former, keysOf, linksOf, recognizable, rulesOf, sidesOf } from '../kinds/former.js';
import { formerKindOf } from '../kinds/former-kinds.js';
import { altnamesBack, goingBack, plainFormer, recalled } from '../kinds/former-names.js';
import { lossesOf } from '../kinds/former-losses.js';
import { withoutTaken } from '../kinds/former-taken.js';
import type { Kernel } from '../kernel/kernel.js';
import type { Diagnostic } from '../model/diagnostic.js';
import type { Event } from '../model/event.js';
import type { Observation } from '../model/observation.js';
import type { Plan } from '../model/plan.js';
import type { ResourceId, State } from '../model/state.js';
import { plan } from '../plan/plan.js';
import { settle, type Way } from './carry-out.js';
import type { Wanted } from './observe.js';
import { ActionRun, batches, finishesOf, isOfProcess, LINKS_MS } from './run-actions.js';

/** What one plan brings back may take along what another has brought: seldom twice. */
const ROUNDS = 4;

export interface Return {
  readonly kernel: Kernel;
  readonly former: Former;
  /** What was being done: half made objects are known by it. */
  readonly wanted: Wanted;
  /** The signal that has come, if one has: it ends behind the batch in flight. */
  readonly interrupted?: () => string | null;
}

export async function* rollBack({ kernel, wanted, interrupted = () => null, ...change }: Return): AsyncGenerator<Event, Way> {
  const former = plainFormer(change.former, wanted.state, wanted.adopt === true);
  const described = describedFormer(former, wanted.state);
  const look = (): Look => lookAt(kernel, former, described, wanted);
  let now = look();
  for (let round = 1; round <= ROUNDS && now.plan.actions.length > 0; round++) {
    yield { type: 'plan', phase: 'rollback', plan: now.plan };
    const run = new ActionRun(now.plan, kernel);
    yield* runPlan(now.plan, run, kernel, interrupted);
    const signal = interrupted();
    if (signal !== null && run.unfinished().length > 0) {
      yield { type: 'interrupted', signal, unfinished: run.unfinished() };
      return 'interrupted';
    }
    now = look();
  }
  const held = await settle(kernel);
  for (const { netns, processes } of held) yield { type: 'held', netns, processes };
  await kernel.waitForLinks(LINKS_MS);
  const differences = now.plan.actions;
  yield { type: 'verify', ok: differences.length === 0, differences };
  if (now.taken.length > 0) yield { type: 'broken', diagnostics: now.taken };
  const losses = lossesOf(former, now.desired, now.observation).filter(({ id }) => !now.lost.has(id));
  if (losses.length > 0) yield { type: 'not-restored', losses };
  return differences.length === 0 && now.taken.length === 0 && held.length === 0 ? 'back' : 'not-back';
}

interface Look {
  readonly plan: Plan;
  readonly desired: State;
  readonly observation: Observation;
  /** Places of what was before that somebody else has taken. */
  readonly taken: readonly Diagnostic[];
  readonly lost: ReadonlySet<ResourceId>;
}

function lookAt(kernel: Kernel, former: Former, described: State, { state, observe, adopt = false }: Wanted): Look {
  const observation = kernel.observe({
    lab: former.state.lab,
    namespaces: [...new Set([...observe.namespaces, ...former.observation.namespaces.map(({ netns }) => netns)])],
    sysctls: together(observe.sysctls, keysOf(described)),
    rules: [...new Set([...observe.rules, ...rulesOf(described)])],
    ...(observe.containers === undefined ? {} : { containers: observe.containers }),
  });
  const { seen, marks } = recalled(former, observation);
  const found = findState(seen, goingBack(recognizable(described, state), state), { adopt, taker: state });
  const sides = sidesOf(former, described, found.state, found.seen, state);
  const { desired, observed, taken, lost } = withoutTaken(sides, found.state, found.seen);
  const links = linksOf(observed);
  const altnames = altnamesBack(former, found.seen, (netns, name) => (name === 'lo' ? `netns:${netns}` : links.get(`${netns}/${name}`)));
  return {
    plan: plan(desired, observed, formerKindOf, [...marks, ...found.renamings, ...altnames]),
    desired: sides.desired,
    observation,
    taken,
    lost,
  };
}

type Keys = ReadonlyMap<string, readonly string[]>;

function together(a: Keys, b: Keys): Keys {
  const netns = new Set([...a.keys(), ...b.keys()]);
  return new Map([...netns].map((name) => [name, [...new Set([...(a.get(name) ?? []), ...(b.get(name) ?? [])])]]));
}

/** What is refused on the way is told, and tried again with the next plan. */
async function* runPlan(plan: Plan, run: ActionRun, kernel: Kernel, interrupted: () => string | null): AsyncGenerator<Event> {
  await kernel.prepare(plan.actions.flatMap(({ operations, finish = [] }) => [...operations, ...finish]));
  const isEnd = async (): Promise<boolean> => {
    // Gives signal handlers their turn.
    await new Promise(setImmediate);
    return interrupted() !== null;
  };
  let done = 0;
  for (const batch of batches(plan.actions)) {
    if (await isEnd()) return;
    yield* run.batch(batch, done);
    done += batch.length;
  }
  const finishes = finishesOf(plan);
  yield* run.finishes(finishes.filter((one) => !isOfProcess(one)));
  if (!finishes.some(isOfProcess) || (await isEnd())) return;
  await kernel.waitForLinks(LINKS_MS);
  yield* run.finishes(finishes.filter(isOfProcess));
}
