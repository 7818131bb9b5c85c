import type { World } from '../world.js';

interface Link {
  readonly ifname: string;
  readonly ifindex: number;
  readonly address: string;
}

/** Namespace or `NAMESPACE/INTERFACE` → what is new when the object is: the inode, or interface index and MAC. */
export function identities(world: World): ReadonlyMap<string, string> {
  const names = world.must('ls /run/netns').split('\n').filter(Boolean);
  const found = new Map<string, string>();
  const add = (place: string, json: string): void => {
    for (const { ifname, ifindex, address } of JSON.parse(json) as Link[]) found.set(`${place}/${ifname}`, `${ifindex} ${address}`);
  };
  add('host', world.must('ip -j link'));
  for (const name of names) {
    found.set(name, world.must(`stat -Lc %i /run/netns/${name}`).trim());
    add(name, world.must(`ip -n ${name} -j link`));
  }
  return found;
}

/** Those of before that are not there any more or not the same. */
export function disturbed(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): readonly string[] {
  return [...before].filter(([name, identity]) => after.get(name) !== identity).map(([name]) => name);
}
