/** A kernel with containers: what concerns them is asked of their runtime, all else of the kernel. */
import { LABELS } from '../../model/container.js';
import { DiagnosticError } from '../../model/diagnostic.js';
import type { ContainerObservation, Observation } from '../../model/observation.js';
import type { Runtime } from '../../model/lo-marks.js';
import { runtimeMark } from '../../model/lo-marks.js';
import type { ContainerOperation, Operation } from '../../model/operation.js';
import { HOST } from '../../model/state.js';
import type { Kernel, ObservationScope, Outcome } from '../kernel.js';
import { refusalOf } from '../netlink/refusal.js';
import { RuntimeCli, type Answer } from './cli.js';
import { inspect, observeContainers, withAttached } from './observe.js';
import { environmentOf, removeWords, runWords, type ContainerRun } from './words.js';

const OF_CONTAINERS = new Set<Operation['op']>(['runtime-mark', 'container-run', 'container-start', 'container-remove', 'netns-attach']);

type Asked = Exclude<ContainerOperation, { op: 'netns-detach' }>;

const isAsked = (operation: Operation): operation is Asked => OF_CONTAINERS.has(operation.op);

export function withContainers(kernel: Kernel, runtime: Runtime, env: { readonly [name: string]: string | undefined }): Kernel {
  const cli = new RuntimeCli(runtime, env);
  const one = async (operation: Asked): Promise<Outcome> => {
    try {
      return await carryOut(kernel, cli, operation);
    } catch (error) {
      // Its program is gone, or cannot be started any more.
      if (error instanceof DiagnosticError) return refusal(error.message);
      return refusalOf(error, operation.op);
    }
  };
  const withFound = (scope: ObservationScope, observe: () => Observation): Observation => {
    // Asked first: without an answer there is nothing to be done.
    const asked = observeContainers(cli, scope.lab, scope.containers ?? { names: [], images: [] });
    const observation = observe();
    const containers = withAttached(cli, scope.lab, asked, observation.namespaces);
    return { ...observation, containers: { ...containers, found: containers.found.map((container) => withInside(kernel, container)) } };
  };
  return {
    ...kernel,
    runtime,
    observe: (scope, nodes) => withFound(scope, () => kernel.observe(scope, nodes)),
    observeAgain: (scope, seen, changed) => {
      const again = (): Observation => kernel.observeAgain(scope, seen, changed);
      return changed.containers ? withFound(scope, again) : again();
    },
    run: async (operations) => {
      const outcomes: Outcome[] = [];
      for (let at = 0; at < operations.length;) {
        const start = at;
        while (at < operations.length && !isAsked(operations[at]!)) at++;
        if (at > start) for (const outcome of await kernel.run(operations.slice(start, at))) outcomes.push(outcome);
        const operation = operations[at];
        if (operation === undefined || !isAsked(operation)) continue;
        outcomes.push(await one(operation));
        at++;
      }
      return outcomes;
    },
  };
}

/** Of somebody else's: what is in the way there is to be told before the first change. */
function withInside(kernel: Kernel, container: ContainerObservation): ContainerObservation {
  if (container.pid === 0 || container.labels[LABELS.lab] !== undefined) return container;
  try {
    const { links, routes } = kernel.look({ pid: container.pid });
    return { ...container, inside: { links, routes } };
  } catch (error) {
    // It has ended since.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return container;
    throw error;
  }
}

async function carryOut(kernel: Kernel, cli: RuntimeCli, operation: Asked): Promise<Outcome> {
  switch (operation.op) {
    case 'runtime-mark':
      return (await kernel.run([{ op: 'altname-add', netns: HOST, name: 'lo', altname: runtimeMark(cli.runtime, operation.lab) }]))[0]!;
    case 'container-run':
      return startAnew(cli, operation);
    case 'container-start':
      return told(cli, ['start', operation.container]);
    case 'container-remove': {
      const outcome = await told(cli, removeWords(operation.container, cli.runtime));
      return !outcome.ok && /no such container/i.test(outcome.message) ? { ok: true } : outcome;
    }
    case 'netns-attach': {
      const [container] = inspect(cli, [operation.container]);
      if (container === undefined) return refusal(`there is no container ${operation.container}`);
      if (container.pid === 0) return refusal(ended(cli, container.name, container.status, container.exitCode));
      return (await kernel.run([{ ...operation, pid: container.pid }]))[0]!;
    }
  }
}

async function startAnew(cli: RuntimeCli, operation: ContainerRun): Promise<Outcome> {
  const { file, own } = environmentOf(operation);
  return outcomeOf(await cli.withFile(file, own, (path) => runWords(operation, path)));
}

const told = async (cli: RuntimeCli, words: readonly string[]): Promise<Outcome> => outcomeOf(await cli.tell(...words));

function outcomeOf({ status, complaint }: Answer): Outcome {
  return status === 0 ? { ok: true } : refusal(complaint);
}

const refusal = (message: string): Outcome => ({ ok: false, errno: 'ECONTAINER', message });

/** With the last that it wrote: nobody else will tell why. */
function ended(cli: RuntimeCli, name: string, status: string, exitCode: number): string {
  const { stdout, complaint } = cli.try('logs', '--tail', '1', name);
  const last = stdout.trim() === '' ? complaint : stdout.trim();
  const why = status === 'exited' ? `it exited with status ${exitCode}` : `it is ${status}`;
  return `the container ${name} does not run: ${why}${last === '' ? '' : `; its last line: ${last}`}`;
}
