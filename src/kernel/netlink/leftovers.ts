/** What topo made in a container's namespace whose name somebody took away: nobody could see it, so all of it is made anew. */
import { isProtectedMark, joinedMark, joinedNodes } from '../../model/lo-marks.js';
import { ROUTE_PROTOCOL } from '../../model/names.js';
import { dumpNetns } from './observe-netns.js';
import type { Session } from './sessions.js';
import type { Step } from './steps.js';

export function leftovers({ netns, socket }: Session): readonly Step[] {
  const { links, routes, rules } = dumpNetns(socket);
  const lo = links.find(({ name }) => name === 'lo');
  const own = ({ protocol }: { readonly protocol: number }): boolean => protocol === ROUTE_PROTOCOL;
  return [
    ...joinedNodes(lo?.altnames ?? []).map(({ lab, node }): Step => {
      return { op: 'altname-delete', netns, name: 'lo', altname: joinedMark(lab, node) };
    }),
    ...(lo?.altnames ?? []).filter(isProtectedMark).map((altname): Step => ({ op: 'altname-delete', netns, name: 'lo', altname })),
    ...rules.filter(own).map((rule): Step => ({ ...rule, op: 'rule-delete', netns })),
    ...routes.filter(own).map((route): Step => ({ ...route, op: 'route-delete', netns, nexthops: [] })),
  ];
}
