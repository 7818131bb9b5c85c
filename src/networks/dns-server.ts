/**
 * `dns: server`: dnsmasq on the gateway addresses of a network, with the names of that network. One for each network, and one
 * for each view (`dns-views.ts`): dnsmasq answers all who ask with all that it knows, and a node may not know the names of other networks.
 */
import { nodeFilesId, nodeFilesResource } from '../kinds/node-files.js';
import { processResource } from '../kinds/process.js';
import { bridgeId } from '../kinds/bridge.js';
import { hash } from '../model/names.js';
import { setFolder } from '../model/node-files.js';
import { LAB_ITSELF } from '../model/process.js';
import { HOST, type Resource } from '../model/state.js';
import type { Address } from '../model/address.js';
import type { ListeningPort } from '../kinds/host-ports.js';
import type { DnsView } from './dns-views.js';
import type { LabNetwork } from './lab.js';

export interface ServedName {
  readonly hosts: readonly string[];
  /** All names that stand there. */
  readonly names: readonly string[];
}

const DNSMASQ = { name: 'dnsmasq', package: 'dnsmasq-base', for: 'dns: server', instead: 'dns: hosts' } as const;

/** In a user namespace where nobody may change his groups, dnsmasq cannot either: then it stays who it is. */
const COMMAND = 'if grep -qsx deny /proc/self/setgroups; then set -- --no-daemon "$@"; fi; exec dnsmasq "$@"';

/** `forwards`: what the networks do not know is asked of the host's resolvers. */
export function dnsServer(
  lab: string,
  { name: plain, home, networks, port }: Omit<DnsView, 'askers'>,
  forwards: boolean,
  { hosts, names }: ServedName,
): readonly Resource[] {
  const { path, at } = networks[0]!;
  const name = home === HOST ? plain : `${plain}.${home}`;
  const set = `${name}.dns`;
  const folder = setFolder(lab, set);
  // Never asked of anybody else: not even for an address of the family that the node does not have.
  const local = names.map((name) => `server=/${name}/`);
  const options = [
    ...['--keep-in-foreground', '--conf-file=/dev/null', '--pid-file=', '--log-facility=-', '--no-hosts'],
    // What arrives by another interface is not answered, whatever address it was sent to.
    ...[...networks.map(({ bridge }) => `--interface=${bridge}`), '--except-interface=lo', '--bind-dynamic'],
    ...(port === DNS_PORT ? [] : [`--port=${port}`]),
    ...[`--addn-hosts=${folder}/hosts`, `--servers-file=${folder}/local`],
    forwards ? '--resolv-file=/etc/resolv.conf' : '--no-resolv',
  ];
  return [
    // A view's networks have servers of their own, which say so.
    nodeFilesResource({ lab, set, files: { hosts, local }, ...(port === DNS_PORT ? { program: DNSMASQ } : {}), path, at }),
    processResource({
      ...{ lab, owner: LAB_ITSELF, name: `dns-${name}`, netns: home },
      command: ['sh', '-c', COMMAND, DNSMASQ.name, ...options],
      rereads: { names: hash(16, ...hosts, ...local) },
      signal: 'SIGHUP',
      needs: [nodeFilesId(set), ...networks.map(({ bridge }) => bridgeId(home, bridge))],
      listens: networks.flatMap((network) => listensOn(network, port)),
      path,
      at,
    }),
  ];
}

function listensOn({ subnets, bridge, path, at }: LabNetwork, port: number): readonly ListeningPort[] {
  return gatewaysOf({ subnets }).flatMap(({ family, text }) =>
    DNS_PROTOCOLS.map((protocol) => ({ protocol, family, address: text, from: port, to: port, dev: bridge, path, at })),
  );
}

export const gatewaysOf = ({ subnets }: Pick<LabNetwork, 'subnets'>): readonly Address[] => subnets.flatMap(({ gateway }) => gateway ?? []);

export const DNS_PORT = 53;
export const DNS_PROTOCOLS = ['udp', 'tcp'] as const;
export const DNS_PROGRAMS: readonly string[] = [DNSMASQ.name];
