/** The host's lo says which container runtime the lab's containers are of: before the first is started, until the last is gone. */
import type { SourceRange } from '../model/diagnostic.js';
import { runtimeMark, runtimeOf } from '../model/lo-marks.js';
import { HOST, type Resource } from '../model/state.js';
import { RUNTIME } from './ids-of-containers.js';
import type { Found, FindContext, Kind } from './kind.js';

export function runtimeResource(lab: string, path: string, at: SourceRange): Resource {
  return { ...runtimeOfLab(lab), path, at };
}

function runtimeOfLab(lab: string): Resource {
  return { id: RUNTIME, kind: 'runtime', netns: HOST, props: { lab }, needs: [] };
}

function find({ observation, desired }: FindContext): Found {
  const lo = observation.host.links.find(({ name }) => name === 'lo');
  const runtime = runtimeOf(lo?.altnames ?? [], desired.lab);
  return { resources: runtime === null ? [] : [{ ...runtimeOfLab(desired.lab), definition: { runtime } }], conflicts: [] };
}

export const runtime: Kind = {
  name: 'runtime',
  stage: () => -2,
  inPlace: () => true,
  defaults: ({ props }) => props,
  find,
  create: ({ props }) => [{ op: 'runtime-mark', netns: HOST, lab: String(props['lab']) }],
  update: () => [],
  delete: ({ definition, props }) => {
    // What a file wants has not met a runtime yet; between two files nothing is done.
    const known = (definition as { readonly runtime: Parameters<typeof runtimeMark>[0] } | undefined)?.runtime;
    if (known === undefined) return [];
    return [{ op: 'altname-delete', netns: HOST, name: 'lo', altname: runtimeMark(known, String(props['lab'])) }];
  },
  title: () => "mark of the lab's containers on the host's lo",
};
