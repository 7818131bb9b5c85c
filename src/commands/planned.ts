import { observeLab, type Observed, type Wanted } from '../apply/observe.js';
import { otherFileOfThatName } from '../apply/same-lab.js';
import { kindOf } from '../kinds/index.js';
import type { Kernel, Nodes } from '../kernel/kernel.js';
import { DiagnosticError } from '../model/diagnostic.js';
import type { Plan } from '../model/plan.js';
import type { State } from '../model/state.js';
import { plan } from '../plan/plan.js';
import { protectedFrom } from '../plan/protect.js';
import { notTakenOver } from '../plan/taking-over.js';
import type { Lab } from './lab.js';

export interface Planned {
  readonly plan: Plan;
  readonly observed: Observed;
}

/** Observes and plans; what stands in the way ends in a DiagnosticError before anything is done. */
export function planLab(kernel: Kernel, lab: Lab, nodes?: Nodes): Planned {
  return planObserved(lab, observeLab(kernel, lab.wanted, nodes));
}

/** The same of what was read already. */
export function planObserved(lab: Lab, observed: Observed): Planned {
  const other = otherFileOfThatName(lab.wanted.state, observed.state);
  const problems = [...observed.conflicts, ...(other === null ? [] : [other])];
  const warnings = problems.filter(({ severity }) => severity === 'warning');
  if (warnings.length < problems.length) throw new DiagnosticError(problems, lab.sources);
  const planned = plan(lab.wanted.state, observed.state, kindOf, observed.renamings);
  const kept = lab.wanted.adopt === true ? notTakenOver(planned, kindOf) : [];
  if (kept.length > 0) throw new DiagnosticError(kept, lab.sources);
  refuseProtected(planned, lab.wanted.state, observed.state, lab.sources);
  return { observed, plan: warnings.length === 0 ? planned : { ...planned, warnings } };
}

/** Ends in a DiagnosticError where the plan destroys what is protected. */
export function refuseProtected(planned: Plan, desired: State, observed: State, sources?: Lab['sources']): void {
  const refused = protectedFrom(planned, desired, observed, kindOf);
  if (refused.length > 0) throw new DiagnosticError(refused, sources);
}

/** The same without judging who is in the way: to see what is there, and to remove it. */
export function planAnyway(kernel: Kernel, wanted: Wanted): Planned {
  const observed = observeLab(kernel, wanted);
  return { observed, plan: plan(wanted.state, observed.state, kindOf, observed.renamings) };
}
