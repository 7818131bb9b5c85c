/** Keys of a node that is a container. */
import type { JsonSchema } from '../model/json-schema.js';

/** In a file for `docker run --env-file` a name ends at the first =, and # begins a comment. */
const VARIABLE_NAME = '[^\\s=#-][^\\s=#]*';

export const containerSchemas: { readonly [key: string]: JsonSchema } = {
  image: {
    type: 'string',
    pattern: '^[^\\s-]\\S*$',
    'x-expected': 'a name such as nginx:1.27, without white space',
    description:
      'The node is a container of this image, started through Docker or Podman with no network of its own; topo wires its network namespace like any other node’s. The image must be on the machine: topo pulls nothing.',
    examples: ['nginx:1.27'],
  },
  command: {
    type: ['array', 'string', 'null'],
    items: { type: 'string', description: 'A word of the command.' },
    description:
      'What the container runs instead of the image’s own command: a list of words, or a text that a shell would take apart the same way.',
    examples: [['sleep', 'infinity'], 'nginx -g "daemon off;"'],
  },
  environment: {
    type: ['object', 'array', 'null'],
    propertyNames: {
      type: 'string',
      pattern: `^${VARIABLE_NAME}$`,
      'x-expected': 'a name without white space, = and #',
    },
    items: {
      type: 'string',
      pattern: `^${VARIABLE_NAME}(?:=|$)`,
      'x-expected': 'NAME=VALUE, the name without white space and #',
      'x-sensitive': true,
      description: '`NAME=VALUE`. No report shows the value.',
    },
    additionalProperties: {
      type: ['string', 'integer', 'boolean', 'null'],
      'x-sensitive': true,
      description: 'Value of the variable. No report shows it.',
    },
    description: 'Environment variables of the container: name → value, or a list of `NAME=VALUE`.',
    examples: [{ MODE: 'test' }, ['MODE=test']],
  },
  volumes: {
    type: ['array', 'null'],
    items: {
      type: 'string',
      description: '`SOURCE:TARGET[:ro]`; a source that begins with . is relative to the file.',
      examples: ['./html:/srv:ro'],
    },
    description: 'Folders, files and named volumes that the container sees, as `docker run --volume` takes them.',
    examples: [['./html:/usr/share/nginx/html:ro']],
  },
  cap_add: {
    type: ['array', 'null'],
    items: {
      type: 'string',
      pattern: '^[A-Za-z_]+$',
      'x-expected': 'a capability such as NET_ADMIN',
      description: 'A capability, such as NET_ADMIN.',
    },
    description: 'Capabilities that the container has besides the runtime’s own choice.',
    examples: [['NET_ADMIN']],
  },
  privileged: {
    type: 'boolean',
    default: false,
    description: 'The container has all rights on the host, as with `docker run --privileged`.',
  },
  container: {
    type: 'string',
    pattern: '^[a-zA-Z0-9][a-zA-Z0-9_.-]*$',
    'x-expected': 'the name or id of a container',
    description:
      'The node is this container, which runs already and is not topo’s: its network namespace gets what the file says, and loses that again with destroy. Nothing else of it is touched.',
    examples: ['db'],
  },
};
