/** What a topology wants of the kernel as text, and back: the same value, but for what is shared between its parts. */
import type { Wanted } from '../apply/observe.js';
import type { Resource } from '../model/state.js';

type WantedJson = Pick<Wanted, 'observe'> &
  Pick<Wanted['state'], 'lab' | 'moves'> & {
    readonly resources: readonly Resource[];
    readonly subjects?: readonly string[];
    readonly sysctls: readonly (readonly [netns: string, keys: readonly string[]])[];
  };

export function wantedText({ state: { lab, resources, subjects, moves }, observe }: Wanted): string {
  const json: Omit<WantedJson, 'observe'> & { readonly observe: Omit<Wanted['observe'], 'sysctls'> } = {
    lab,
    resources: [...resources.values()],
    ...(subjects === undefined ? {} : { subjects: [...subjects] }),
    ...(moves === undefined ? {} : { moves }),
    sysctls: [...observe.sysctls],
    observe,
  };
  return JSON.stringify(json);
}

/** Of such a text only. */
export function wantedOf(text: string): Wanted {
  const { lab, resources, subjects, moves, sysctls, observe } = JSON.parse(text) as WantedJson;
  return {
    state: {
      lab,
      resources: new Map(resources.map((resource) => [resource.id, resource])),
      ...(subjects === undefined ? {} : { subjects: new Set(subjects) }),
      ...(moves === undefined ? {} : { moves }),
    },
    observe: { ...observe, sysctls: new Map(sysctls) },
  };
}
