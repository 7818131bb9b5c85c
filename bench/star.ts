/** The lab that is measured: N namespaces around bridges, each with a veth, an address and a default route. */

export interface Star {
  readonly nodes: number;
  readonly bridges: number;
}

/** Links that are not topo's go as one group. */
export const GROUP = 77;

export function starYaml({ nodes, bridges }: Star): string {
  const networks = Array.from({ length: bridges }, (_, i) => `  net${i}: { subnet: 10.${60 + i}.0.0/16 }`);
  const members = Array.from({ length: nodes }, (_, i) => `  n${i}: { networks: [net${i % bridges}] }`);
  return ['name: star', 'networks:', ...networks, 'nodes:', ...members, ''].join('\n');
}

/** Address of a node, the same scheme for all that is measured. */
export function addressOf({ bridges }: Star, node: number): string {
  const host = Math.floor(node / bridges) + 2;
  return `10.${60 + (node % bridges)}.${host >> 8}.${host & 255}`;
}

/** One node of the star as arguments of `ip`, one list for each namespace that a command runs in ('' is the host). */
export function nodeCommands(star: Star, node: number): readonly { readonly netns: string; readonly args: string }[] {
  const bridge = node % star.bridges;
  const netns = `f${node}`;
  return [
    { netns: '', args: `netns add ${netns}` },
    { netns: '', args: `link add v${node} group ${GROUP} master b${bridge} up type veth peer name eth0 netns ${netns}` },
    { netns, args: 'link set lo up' },
    { netns, args: 'link set eth0 up' },
    { netns, args: `address add ${addressOf(star, node)}/16 dev eth0` },
    { netns, args: `route add default via 10.${60 + bridge}.0.1` },
  ];
}

export function bridgeCommands({ bridges }: Star): readonly string[] {
  return Array.from({ length: bridges }, (_, i) => [
    `link add b${i} group ${GROUP} type bridge`,
    `address add 10.${60 + i}.0.1/16 dev b${i}`,
    `link set b${i} up`,
  ]).flat();
}
