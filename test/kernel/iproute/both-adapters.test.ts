import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Operation } from '../../../src/model/operation.js';
import { desired, nothing, planned } from '../../report/states.js';
import { TESTED_ELSEWHERE } from '../../system/world.js';
import { createMachine, type Machine } from './machine.js';
import { BUILD, CHANGE, DESTROY, REMOVE } from './operations.js';
import type { Snapshot } from './snapshot.js';

interface Entry {
  readonly ifname: string;
  readonly group?: string;
  readonly linkinfo?: { readonly info_slave_data?: object };
  readonly addr_info?: readonly object[];
}

const EXAMPLES = join(import.meta.dirname, '../../../examples');

function example(name: string): readonly Operation[] {
  const wanted = desired(readFileSync(join(EXAMPLES, name, 'topo.yaml'), 'utf8'));
  return planned(wanted, nothing(wanted.lab)).actions.flatMap(({ operations }) => operations);
}

const ACTS: { readonly [name: string]: readonly (readonly Operation[])[] } = {
  built: [BUILD],
  changed: [BUILD, CHANGE],
  'partly removed': [BUILD, CHANGE, REMOVE],
  destroyed: [BUILD, CHANGE, REMOVE, DESTROY],
  ...Object.fromEntries(
    readdirSync(EXAMPLES)
      .filter((name) => !TESTED_ELSEWHERE.includes(name))
      .map((name) => [`examples/${name}`, [example(name)]]),
  ),
};

let machine: Machine;
let empty: Snapshot;
let byScript: ReadonlyMap<string, Snapshot>;
let byNetlink: ReadonlyMap<string, Snapshot>;

/** All machines at once: each of them waits more than it works. */
beforeAll(async () => {
  machine = createMachine();
  const all = async (of: Machine['byScript']): Promise<ReadonlyMap<string, Snapshot>> =>
    new Map(await Promise.all(Object.entries(ACTS).map(async ([name, acts]) => [name, await of(...acts)] as const)));
  [empty, byScript, byNetlink] = await Promise.all([machine.byScript([]), all(machine.byScript), all(machine.byNetlink)]);
}, 120_000);
afterAll(() => machine.close());

describe('the script and the netlink adapter lead to the same kernel state', () => {
  it.each(Object.keys(ACTS))('%s', (name) => {
    expect(byScript.get(name)).toEqual(byNetlink.get(name));
  });

  it('and nothing is left when all is taken down', () => {
    expect(byScript.get('destroyed')).toEqual(empty);
  });
});

describe('the script', () => {
  let built: Snapshot;
  let changed: Snapshot;
  beforeAll(() => {
    built = byScript.get('built') ?? {};
    changed = byScript.get('changed') ?? {};
  });

  const find = (snapshot: Snapshot, netns: string, command: string, name: string) =>
    (snapshot[netns]?.[command] as readonly Entry[]).find(({ ifname }) => ifname === name);
  const link = (netns: string, name: string) => find(built, netns, 'ip -d -j link', name);
  const addresses = (netns: string, dev: string) => find(built, netns, 'ip -d -j addr', dev)?.addr_info;

  it('pins the MTU of a bridge, so that a smaller port does not change it', () => {
    expect(link('host', 'vt-web')).toMatchObject({ mtu: 1400, master: 'br-front' });
    expect(link('host', 'br-front')).toMatchObject({
      mtu: 1500,
      address: '02:00:00:00:00:01',
      altnames: ['topo.lab.front', 'to-be-removed'],
    });
    expect(link('host', 'br-back')).toMatchObject({
      mtu: 65535,
      linkinfo: { info_data: { stp_state: 1, priority: 4096, ageing_time: 3000 } },
    });
  });

  it('marks both ends of a veth', () => {
    for (const end of [link('host', 'vt-web'), link('lab.web', 'eth0')]) {
      expect(end).toMatchObject({ ifalias: 'topo:lab/veth:lab.web/eth0', group: link('host', 'br-front')?.group, flags: ['UP'] });
    }
  });

  it('sets attributes of bridge ports', () => {
    expect(link('host', 'vt-web')?.linkinfo?.info_slave_data).toMatchObject({ hairpin: true, isolated: false });
    expect(link('host', 'vt-b')?.linkinfo?.info_slave_data).toMatchObject({ hairpin: false, isolated: true });
  });

  it('gives addresses their broadcast, scope and flags', () => {
    expect(addresses('lab.web', 'eth0')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ local: '10.1.0.2', prefixlen: 24, broadcast: '10.1.0.255', scope: 'global' }),
        expect.objectContaining({ local: 'fd01::2', prefixlen: 64, nodad: true }),
      ]),
    );
    expect(addresses('lab.db', 'eth5')).toContainEqual(expect.objectContaining({ local: '10.2.0.1', prefixlen: 31 }));
  });

  it('keeps the former value of a setting in an altname of lo, once', () => {
    for (const snapshot of [built, changed]) {
      expect(find(snapshot, 'host', 'ip -d -j link', 'lo')).toMatchObject({ altnames: ['sysctl:net.ipv4.ip_forward=0'] });
      expect(snapshot['host']?.['sysctl net.ipv4.ip_forward']).toBe('net.ipv4.ip_forward = 1');
    }
  });

  it('loads rules with whatever their comments hold', () => {
    expect(built['host']?.['nft list ruleset']).toContain(`comment "it's 'quoted' $HOME \`x\`"`);
  });
});
