/** Rules of published ports in as few entries as a reader needs: runs of ports, both families in one. */
import type { ExposedPort } from '../model/exposure.js';
import type { PublishedRule } from './published-rules.js';

/** `host`: a simulated one, whose ports they are; undefined: the host itself. */
export function exposedPorts(rules: readonly PublishedRule[], host?: string): readonly ExposedPort[] {
  const runs: ExposedPort[] = [];
  const onHost = host === undefined ? {} : { host };
  for (const port of rules.map((rule) => ({ ...exposed(rule), ...onHost })).sort(inOrder)) {
    const last = runs.at(-1);
    if (last !== undefined && goesOn(last, port)) runs[runs.length - 1] = { ...last, to: port.to, nodeTo: port.nodeTo };
    else runs.push(port);
  }
  return withFamilies(runs).sort((a, b) => compare(a.protocol, b.protocol) || a.from - b.from || inOrder(a, b));
}

/** Where the comment of the rule was cut, or changed by hand, the address is what is known. */
function exposed({ protocol, family, address, from, to, target, targetPort, path }: PublishedRule): ExposedPort {
  const nodeFrom = targetPort ?? from;
  return {
    protocol: protocol === 'udp' ? 'udp' : 'tcp',
    from,
    to,
    address: address ?? null,
    families: [family],
    node: /^(?:nodes|hosts)\.([^.]+)\.ports/.exec(path)?.[1] ?? target,
    nodeFrom,
    nodeTo: nodeFrom + to - from,
  };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const keyOf = ({ protocol, address, families }: ExposedPort): string => `${protocol} ${address ?? ''} ${families.join()}`;
const inOrder = (a: ExposedPort, b: ExposedPort): number => compare(keyOf(a), keyOf(b)) || a.from - b.from;

function goesOn(last: ExposedPort, next: ExposedPort): boolean {
  return keyOf(last) === keyOf(next) && last.node === next.node && last.to + 1 === next.from && last.nodeTo + 1 === next.nodeFrom;
}

/** A port of all addresses is one of both families where the node has both. */
function withFamilies(ports: readonly ExposedPort[]): ExposedPort[] {
  const merged = new Map<string, ExposedPort>();
  for (const port of ports) {
    const key = JSON.stringify({ ...port, families: [] });
    merged.set(key, { ...port, families: [...(merged.get(key)?.families ?? []), ...port.families] });
  }
  return [...merged.values()];
}
