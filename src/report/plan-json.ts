/** A plan as one JSON document: schemas/plan.schema.json. */
import type { SourceRange } from '../model/diagnostic.js';
import type { ExposedPort, ExposureChange, OpenNetworkChange } from '../model/exposure.js';
import type { Operation } from '../model/operation.js';
import type { Action, FieldChange, Plan } from '../model/plan.js';
import type { Props, ResourceId } from '../model/state.js';
import { resourceOfAction } from './blocks.js';
import { diagnosticsJson, type DiagnosticJson } from './diagnostics.js';
import { exposureText, isLoopback, networkText } from './exposure-text.js';

export interface PlanDocument {
  readonly format: 'topo-plan/1';
  readonly lab: string;
  /** In the order in which they are run. */
  readonly actions: readonly ActionDocument[];
  /** Ports of the host that open, close or lead elsewhere. */
  readonly exposure: readonly ExposureDocument[];
  /** Networks that are opened to others, or closed; absent: none. */
  readonly networks?: readonly (OpenNetworkChange & { readonly text: string })[];
  readonly warnings: readonly DiagnosticJson[];
  /** A replacement counts as one to add and one to destroy; `replace` says how many of them there are. */
  readonly summary: Plan['summary'] & { readonly replace: number };
}

export interface ExposureDocument extends ExposedPort {
  readonly change: ExposureChange['change'];
  /** Who gets there: the host itself alone, or whoever reaches that address of it. */
  readonly reachableFrom: 'host' | 'everywhere';
  /** Of one that leads elsewhere now. */
  readonly before?: ExposedPort;
  readonly text: string;
}

export interface ActionDocument {
  readonly id: ResourceId;
  readonly kind: string;
  readonly netns: string;
  /** Of a replacement the halves stand apart, as they are run: a delete and a create with the same id. */
  readonly action: 'create' | 'update' | 'delete';
  readonly replacement: boolean;
  /** The replaced object that this one stands on, which is why it is replaced as well. */
  readonly because?: ResourceId;
  /** It was somebody else's so far. */
  readonly adopts?: true;
  /** Its former name, as the file called it; `true`: it stands on what had another one. */
  readonly moved?: string | true;
  readonly reason: string;
  readonly path: string | null;
  readonly at: SourceRange | null;
  /** Properties; null before a creation and after a deletion. */
  readonly before: Props | null;
  readonly after: Props | null;
  readonly fields: readonly FieldChange[];
  readonly operations: readonly Operation[];
  /** Run behind all actions. */
  readonly finish: readonly Operation[];
}

export function planDocument({ lab, actions, summary, exposure = [], networks = [], warnings = [] }: Plan): PlanDocument {
  const replace = new Set(actions.filter((action) => action.replacement !== undefined).map((action) => action.id)).size;
  return {
    format: 'topo-plan/1',
    lab,
    actions: actions.map(actionDocument),
    exposure: exposure.map(exposureDocument),
    ...(networks.length === 0 ? {} : { networks: networks.map((one) => ({ ...one, text: networkText(one) })) }),
    warnings: diagnosticsJson(warnings),
    summary: { ...summary, replace },
  };
}

function exposureDocument(change: ExposureChange): ExposureDocument {
  const { port, before } = change;
  return {
    change: change.change,
    ...port,
    reachableFrom: port.address !== null && isLoopback(port.address) ? 'host' : 'everywhere',
    ...(before === undefined ? {} : { before }),
    text: exposureText(change),
  };
}

export function actionDocument(action: Action): ActionDocument {
  const { id, change, replacement, reason, operations, finish } = action;
  const { kind, netns, path, at } = resourceOfAction(action);
  return {
    id,
    kind,
    netns,
    action: change.action,
    replacement: replacement !== undefined,
    ...(replacement?.because === undefined ? {} : { because: replacement.because }),
    ...(action.adopts === true ? { adopts: true as const } : {}),
    ...(action.moved === undefined ? {} : { moved: action.moved }),
    reason,
    path: path ?? null,
    at: at ?? null,
    before: change.action === 'create' ? null : change.before.props,
    after: change.action === 'delete' ? null : change.after.props,
    fields: (change.action === 'create' ? undefined : change.fields) ?? replacement?.fields ?? [],
    operations,
    finish: finish ?? [],
  };
}

/** The document as text, with a line feed at the end. */
export function planJson(plan: Plan): string {
  return `${JSON.stringify(planDocument(plan), null, 2)}\n`;
}
