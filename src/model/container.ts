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

export interface ContainerObservation {
  readonly id: string;
  readonly name: string;
  /** `running`, `exited`, `created` … */
  readonly status: string;
  readonly exitCode: number;
  /** Of its first process; 0: it does not run. */
  readonly pid: number;
  /** Of its network namespace, as in `NetnsObservation.inode`; null: it does not run. */
  readonly inode: number | null;
  /** By name, as it was asked for, and what that meant then. */
  readonly image: string;
  readonly imageId: string;
  readonly labels: { readonly [name: string]: string };
}

/** Those of the lab, by label, and those that the file names. */
export interface ContainersObservation {
  readonly found: readonly ContainerObservation[];
  /** Image → what its name means on this machine; null: there is no such image here. */
  readonly images: ReadonlyMap<string, string | null>;
}
