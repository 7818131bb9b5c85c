/** Containers of Docker and Podman, as the runtime tells of them and as topo marks its own. */

/** Labels that topo puts on a container that it starts: whose it is, and what was asked for (JSON of `ContainerSpec`). */
export const LABELS = { lab: 'topo.lab', node: 'topo.node', spec: 'topo.spec' } as const;

/** All that a container is started with; a change of any of it takes a new container. */
export interface ContainerSpec {
  readonly image: string;
  /** Empty: the image's own. */
  readonly command: readonly string[];
  readonly environment: { readonly [name: string]: string };
  /** `SOURCE:TARGET[:OPTIONS]`, or the target alone. */
  readonly volumes: readonly string[];
  readonly cap_add: readonly string[];
  readonly privileged: boolean;
  /** '' where the container shares the namespace, and so the name, of another. */
  readonly hostname: string;
  /** `none`, `host`, `container:NAME`. */
  readonly network: string;
  /** The set of files (`node-files.ts`) that it has in place of the runtime's; '' for none. */
  readonly names: string;
}
