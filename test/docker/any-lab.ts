/** Labs whose nodes are containers, and what somebody may do to those. */
import fc from 'fast-check';
import { some, withoutGaps, type Part } from '../system/promises/any-state/some.js';
import { IMAGE } from './daemon.js';

/** The name of the lab, and of a container of somebody else's that a node may be. */
export const [LAB, OWN] = ['box', 'own'] as const;

const network = (subnets: readonly string[]): fc.Arbitrary<Part> =>
  fc
    .record({ subnet: fc.constantFrom(...subnets), mtu: some(fc.constant(1400)), internal: some(fc.constant(true)) })
    .map((one) => withoutGaps(one));

const wired = {
  networks: some(fc.constantFrom<readonly string[]>(['front'], ['back'], ['front', 'back'])),
  routes: some(fc.constantFrom('blackhole', 'prohibit').map((type) => [{ to: '10.99.0.0/16', type }])),
};
const COMMAND = { image: IMAGE, command: 'busybox sleep infinity' };
const started = (port: number): fc.Arbitrary<Part> =>
  fc
    .record({
      ...wired,
      environment: some(fc.constantFrom('one', 'two').map((MODE) => ({ MODE }))),
      published: fc.boolean(),
      sysctls: some(fc.constant({ 'net.ipv4.ip_default_ttl': 63 })),
    })
    .map(({ published, ...node }) =>
      withoutGaps({ ...COMMAND, ...node, ports: published && node.networks?.includes('front') === true ? [`${port}:80`] : undefined }),
    );
const plain = fc.record(wired).map((node) => withoutGaps(node));
const attached = fc.record({ ...wired, container: fc.constant(OWN) }).map((node) => withoutGaps(node));
const joined = fc.constantFrom<Part>({ ...COMMAND, network_mode: 'node:a' }, { network_mode: 'node:a' });

const lab = fc
  .record({
    // With ports, which an internal one has not.
    front: network(['10.39.0.0/24', '10.39.1.0/24']).map(({ internal: _, ...one }) => one),
    back: network(['10.40.0.0/24']),
    a: fc.oneof(started(8095), started(8095), plain),
    b: some(fc.oneof(started(8096), joined, plain)),
    c: some(fc.oneof(attached, started(8097))),
  })
  .map(({ front, back, ...nodes }) => JSON.stringify({ name: LAB, networks: { front, back }, nodes: withoutGaps(nodes) }));

/** So many that differ. */
export const anyLabs = (count: number): fc.Arbitrary<readonly string[]> => fc.uniqueArray(lab, { minLength: count, maxLength: count });

/** What is done by hand to what is the lab's: `{}` stands for a container of it, or for the one of somebody else's. */
const DRIFTS = [
  'docker stop --time 0 {}',
  'docker kill {}',
  'docker rm --force {}',
  'docker restart --time 0 {}',
  'nsenter -t $(docker inspect --format "{{.State.Pid}}" {}) -n ip link del eth0',
  'nsenter -t $(docker inspect --format "{{.State.Pid}}" {}) -n ip addr add 10.250.0.1/24 dev eth0',
  'nsenter -t $(docker inspect --format "{{.State.Pid}}" {}) -n ip route flush proto 84',
  'ip netns del {}',
] as const;

export interface Drift {
  readonly command: (typeof DRIFTS)[number];
  readonly pick: number;
}

export const anyDrift: fc.Arbitrary<readonly Drift[]> = fc.array(fc.record({ command: fc.constantFrom(...DRIFTS), pick: fc.nat(97) }), {
  maxLength: 2,
});

/** As commands, for containers of these names. */
export const commandsOf = (drift: readonly Drift[], containers: readonly string[]): readonly string[] =>
  containers.length === 0 ? [] : drift.map(({ command, pick }) => command.replaceAll(/\{\}/g, () => containers[pick % containers.length]!));
