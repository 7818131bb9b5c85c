/** Containers of Docker and Podman, as the runtime tells of them and as topo marks its own. */

/**
 * Labels that topo puts on a container that it starts: whose it is, and what was asked for (JSON of `ContainerSpec`, with the names of
 * variables alone: whoever lists containers reads their labels).
 */
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

/** Its name ends where the first equals sign is, and `docker run --env-file` takes it for what it is. */
export const inEnvFile = (value: string): boolean => !/[\r\n]/.test(value) && value.length < 32_000;

/** What the runtime's own command line reads of its environment: there a container's variable would be taken for that. */
export const RUNTIMES_OWN =
  /^(?:PATH|HOME|USER|TERM|TMPDIR|LANG|LC_.*|LD_.*|XDG_.*|GO[A-Z]*|SSL_.*|SSH_.*|DBUS_.*|.*_PROXY|.*_proxy|DOCKER_.*|BUILDKIT_.*|PODMAN_.*|CONTAINERS?_.*|STORAGE_.*|REGISTRY_.*|OTEL_.*|LISTEN_.*|NOTIFY_.*|_)$/;
