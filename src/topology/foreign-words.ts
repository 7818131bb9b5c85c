/** Words of Compose, containerlab, netplan and `ip` that topo has no key for, and what to write instead. */

/** What a mapping is that the unknown key stands in; `''` is the file, and what has no words of its own is absent. */
type Where = '' | 'node' | 'network' | 'attachment' | 'interface' | 'link' | 'end' | 'route' | 'command' | 'port';

export function foreignWord(path: readonly string[], key: string): string | undefined {
  const where = whereIs(path);
  return where === undefined ? undefined : new Map(wordsOf(where)).get(key.toLowerCase().replaceAll('-', '_'));
}

function whereIs(path: readonly string[]): Where | undefined {
  const [first, , third, fourth, ...more] = path[0] === 'defaults' ? ['nodes', ...path] : path;
  if (more.length > 0) return undefined;
  if (first === undefined) return '';
  if (first === 'networks') return third === undefined ? 'network' : undefined;
  if (first === 'links') return third === undefined ? 'link' : third === 'endpoints' && fourth !== undefined ? 'end' : undefined;
  if (first !== 'nodes' && first !== 'hosts' && first !== 'groups') return undefined;
  if (third === undefined) return 'node';
  if (fourth === undefined) return undefined;
  return third === 'networks'
    ? 'attachment'
    : third === 'interfaces'
      ? 'interface'
      : third === 'routes'
        ? 'route'
        : third === 'run' || third === 'exec'
          ? 'command'
          : third === 'ports'
            ? 'port'
            : undefined;
}

type Words = readonly (readonly [word: string, hint: string])[];

/** Made when it is asked for: most files have nothing wrong. */
function wordsOf(where: Where): Words {
  switch (where) {
    case '':
      return [
        ...all(['configs', 'secrets', 'volumes'], 'remove it: files of a container are "volumes" of its node'),
        ['mgmt', 'remove it: there is no network for management; topo exec and topo shell reach every node without one'],
        ['prefix', 'remove it: all names begin with the name of the lab'],
        ['services', 'topo calls them nodes'],
        ['topology', 'write nodes and links at the top level'],
        ['version', 'remove it: the language has no versions to choose from'],
      ];
    case 'node':
      return [
        ...all(
          ['address', 'addresses', 'ip'],
          'write it where the node has it: networks: { lan: 10.0.0.5 }, or interfaces: { eth1: { addresses: [10.0.0.5/24] } }',
        ),
        ...all(['binds', 'bind'], 'topo calls them volumes, of a node with an image'),
        ['build', 'build the image first, and name it: image'],
        ...all(['cmd', 'entrypoint'], 'run: ["COMMAND"] keeps a command running in the node; of a node with an image: command'),
        ['container_name', 'the node’s name is its name; the namespace’s can be given as netns'],
        ['depends_on', 'remove it: commands are started when all nodes and networks are there'],
        ['env', 'of a node with an image: environment; a command of run has an env of its own'],
        ['expose', 'remove it: nodes of one network reach all ports of each other'],
        ...all(['gateway', 'gw'], 'the default route is by the network’s gateway; another one is routes: [{ to: default, via: 10.0.0.1 }]'),
        ['healthcheck', 'remove it; a command of exec that fails, fails the apply'],
        ...all(['ipv4_address', 'ipv6_address'], 'write it where the node has it: networks: { lan: { ipv4_address: 10.0.0.5 } }'),
        ...all(['kind', 'type'], 'remove it: a node is a network namespace, or a container if it has an image'),
        ['links', 'remove it: nodes of one network find each other by name; cables are links, at the top level'],
        ...all(
          ['masquerade', 'nat', 'snat'],
          'a router with NAT is one of hosts, and the nodes behind it say host: its name (docs/coming-from.md)',
        ),
        ...all(['mgmt_ipv4', 'mgmt_ipv6'], 'remove it: there is no network for management; topo exec reaches every node without one'),
        ['restart', 'remove it: topo watch --repair starts again what has ended'],
        ...all(['startup_config', 'config'], 'routing says what a routing daemon does; files of a container are volumes'),
      ];
    case 'network':
      return [
        ['attachable', 'remove it: every node may be on every network'],
        ...all(['cidr', 'cidrs', 'prefix', 'address', 'range'], 'topo calls it subnet'),
        ['dhcp', 'remove it: topo gives every node an address, the same one each time'],
        ['driver_opts', 'remove it: what topo can set has a key of its own'],
        ['enable_ipv6', 'add an IPv6 subnet: subnet: [10.0.0.0/24, "fd00::/64"]'],
        // Weave's, and Docker's of an overlay.
        ...all(
          ['encryption', 'encrypted', 'password'],
          'remove it: what travels between hosts is not encrypted yet, for that takes WireGuard links',
        ),
        ['gw', 'topo calls it gateway'],
        ['name', 'remove it: the key is its name; that of the bridge is bridge_name'],
        ...all(['nat', 'snat'], 'topo calls it masquerade'),
        ...all(['type', 'kind'], 'topo calls it driver'),
        ...all(
          ['vlan', 'vlans', 'vlan_id', 'stp'],
          'remove it: bridges of topo have no VLANs and no spanning tree; networks are kept apart by being others',
        ),
        ...all(['vxlan_id', 'id'], 'topo calls it vni'),
      ];
    case 'attachment':
      return [...addresses(), ...all(['interface', 'iface', 'dev', 'name', 'ifname'], 'topo calls it interface_name')];
    case 'interface':
      return [
        ...all(['ip', 'ipv4', 'ipv6', 'ipv4_address', 'ipv6_address'], 'a list: addresses: [10.0.0.1/24, "fd00::1/64"]'),
        ...all(['gateway', 'gateway4', 'gateway6'], 'a route of the node: routes: [{ to: default, via: 10.0.0.1 }]'),
        ['netmask', 'write it behind the address: addresses: [10.0.0.1/24]'],
        ...all(
          ['mac', 'mac_address'],
          'mac_address is written where the interface is made: in the network of the node, or in the end of the link',
        ),
      ];
    case 'link':
      return [
        ...all(
          ['ip', 'ipv4', 'ipv6', 'addresses', 'ipv4_address', 'ipv6_address'],
          'of an end: endpoints: [{ node: a, interface: eth1, ipv4_address: 10.0.0.1/30 }, …]',
        ),
        ...all(['bandwidth', 'bw', 'speed'], 'topo calls it rate'),
        ...all(['delay', 'jitter', 'latency', 'loss', 'netem'], 'remove it: of what a link does to packets, there is only rate'),
        ...all(['nodes', 'ends', 'between'], 'topo calls them endpoints: endpoints: ["a:eth1", "b:eth1"]'),
        ...all(['type', 'kind'], 'remove it: a link is a veth pair'),
      ];
    case 'end':
      return [
        ...addresses(),
        ['host', 'topo calls it node'],
        ...all(['iface', 'dev', 'name', 'ifname', 'port'], 'topo calls it interface'),
      ];
    case 'command':
      return [
        ['environment', 'topo calls it env'],
        ...all(['workdir', 'working_dir', 'dir'], 'topo calls it cwd'),
        ...all(['cmd', 'exec', 'program'], 'topo calls it command'),
        ['restart', 'remove it: topo watch --repair starts again what has ended'],
      ];
    case 'port':
      return [
        ['mode', 'remove it: a port is always one of the host that the node lives on'],
        ...all(['name', 'app_protocol'], 'remove it: it would change nothing; a comment can say what the port is for'),
        ...all(['host', 'ip', 'address'], 'topo calls it host_ip'),
        ...all(['host_port', 'port'], 'the host’s port is published, the node’s is target'),
        ['container_port', 'topo calls it target'],
      ];
    case 'route':
      return [
        ...all(
          ['default', 'dst', 'destination', 'dest', 'network', 'prefix', 'target'],
          'where it leads is to: { to: default, via: 10.0.0.1 }',
        ),
        ...all(['gateway', 'gw', 'nexthop', 'next_hop'], 'topo calls it via'),
        ...all(['interface', 'iface'], 'topo calls it dev'),
      ];
  }
}

function addresses(): Words {
  return [
    ...all(['ip', 'ipv4', 'address', 'ip_address', 'addresses'], 'topo calls it ipv4_address'),
    ...all(['ip6', 'ipv6'], 'topo calls it ipv6_address'),
    ...all(['mac', 'hwaddr'], 'topo calls it mac_address'),
  ];
}

const all = (words: readonly string[], hint: string): Words => words.map((word) => [word, hint]);
