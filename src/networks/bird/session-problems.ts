/** What is wrong with sessions as soon as both sides are looked at. */
import type { Diagnostic } from '../../model/diagnostic.js';
import { parseAddress } from '../../model/address.js';
import type { LabNode } from '../lab.js';
import type { Session } from './sessions.js';

type Sessions = ReadonlyMap<LabNode, readonly Session[]>;

export function sessionProblems(sessions: Sessions): readonly Diagnostic[] {
  const places = new Map([...sessions.keys()].map((node, i) => [node, i]));
  const isLater = (node: LabNode, peer: LabNode): boolean => (places.get(node) ?? 0) > (places.get(peer) ?? 0);
  return [...sessions].flatMap(([node, own]) => [
    ...twice(node, own),
    ...own.flatMap((session) => [
      ...mismatch(session),
      ...notReflected(node, session),
      ...oneSided(node, session, sessions),
      ...(session.peer !== undefined && isLater(node, session.peer)
        ? [...passwords(node, session.peer, session, sessions), ...watched(node, session.peer, session, sessions)]
        : []),
    ]),
  ]);
}

function problem({ neighbor }: Session, code: string, message: string, hint: string): Diagnostic {
  return { code, severity: 'error', message, at: neighbor.at, hint };
}

function twice({ node }: LabNode, own: readonly Session[]): readonly Diagnostic[] {
  const first = new Map<string, Session>();
  return own.flatMap((session) => {
    const before = first.get(session.remote);
    if (before === undefined) first.set(session.remote, session);
    if (before === undefined) return [];
    const told = problem(session, 'bgp-neighbor-twice', `${node.name} has two sessions with ${session.remote}`, 'remove one');
    return [{ ...told, related: [{ message: 'the first one is here', at: before.neighbor.at }] }];
  });
}

function mismatch(session: Session): readonly Diagnostic[] {
  const real = session.peer?.node.routing?.bgp;
  if (real === undefined || real.asn === session.asn) return [];
  const name = session.peer!.node.name;
  const told = problem(
    session,
    'bgp-asn-mismatch',
    `the neighbor ${name} is said to be in AS ${session.asn}, and is in AS ${real.asn}`,
    'remove asn here: it is known',
  );
  return [{ ...told, related: [{ message: `${name}'s own is here`, at: real.at }] }];
}

function notReflected({ node }: LabNode, session: Session): readonly Diagnostic[] {
  const own = node.routing!.bgp!.asn;
  if (!session.neighbor.routeReflectorClient || session.asn === own) return [];
  const message = `${session.neighbor.peer} is no client of the route reflector ${node.name}: it is in AS ${session.asn}, not in ${own}`;
  return [problem(session, 'bgp-client-outside', message, 'remove route_reflector_client')];
}

/** Of a peer without \`routing\` nothing is known: it may have a daemon of its own. */
function oneSided({ node }: LabNode, session: Session, sessions: Sessions): readonly Diagnostic[] {
  const { peer, local, remote } = session;
  const theirs = peer?.node.routing?.bgp;
  if (peer === undefined || theirs === undefined) return [];
  const back = backOf(node, peer, sessions);
  if (back.some((one) => isSame(session, one))) return [];
  const { name } = peer.node;
  const named = theirs.neighbors.some((one) => one.peer === node.name || parseAddress(one.peer) !== null);
  // What is wrong there has been told.
  if (back.length === 0 && named) return [];
  const other = back[0];
  const message =
    other === undefined
      ? `${node.name} has the neighbor ${name}, and ${name} has no neighbor ${node.name}: the session would never come up`
      : `${node.name} talks from ${local ?? 'any address'} to ${remote}, and ${name} from ${other.local ?? 'any address'} to ${other.remote}: the session would never come up`;
  const hint =
    other === undefined
      ? `add ${node.name} to routing.bgp.neighbors of ${name}`
      : 'address and source_address of one side must be those of the other';
  const at = other?.neighbor.at ?? theirs.at;
  return [{ ...problem(session, 'bgp-one-sided', message, hint), related: [{ message: `${name}'s side is here`, at }] }];
}

/** The sessions by which the peer talks to the node. */
function backOf(node: LabNode['node'], peer: LabNode, sessions: Sessions): readonly Session[] {
  return (sessions.get(peer) ?? []).filter((one) => one.peer?.node === node);
}

/** Whether the other side of a session is this one. */
function isSame({ local, remote }: Session, back: Session): boolean {
  return (local === undefined || back.remote === local) && (back.local === undefined || back.local === remote);
}

/** Neither side hears a word of the other then, and so says nothing of it (RFC 2385). */
function passwords({ node }: LabNode, peer: LabNode, session: Session, sessions: Sessions): readonly Diagnostic[] {
  const back = backOf(node, peer, sessions).find((one) => isSame(session, one));
  const [own, theirs] = [session.neighbor.password, back?.neighbor.password];
  if (back === undefined || own === theirs) return [];
  const { name } = peer.node;
  const differ = own === undefined || theirs === undefined ? 'only one has a password' : 'the passwords differ';
  const message = `of ${node.name} and ${name} ${differ}: the session would never come up`;
  const told = problem(session, 'bgp-password-mismatch', message, 'write the same on both sides');
  return [{ ...told, related: [{ message: `${name}'s side is here`, at: back.neighbor.at }] }];
}

/** The session comes up without it, and nobody would see that one side is silent (`proto/bfd` of BIRD, seen with 2.0.12). */
function watched({ node }: LabNode, peer: LabNode, session: Session, sessions: Sessions): readonly Diagnostic[] {
  const back = backOf(node, peer, sessions).find((one) => isSame(session, one));
  if (back === undefined || session.neighbor.bfd === back.neighbor.bfd) return [];
  const [having, lacking] = session.neighbor.bfd ? [node.name, peer.node.name] : [peer.node.name, node.name];
  const message = `of ${node.name} and ${peer.node.name} only ${having} has bfd: it would do nothing, for ${lacking} does not answer`;
  const told = problem(session, 'bgp-bfd-mismatch', message, `write bfd: true at ${lacking} as well, or take it away at ${having}`);
  return [{ ...told, related: [{ message: `${peer.node.name}'s side is here`, at: back.neighbor.at }] }];
}
