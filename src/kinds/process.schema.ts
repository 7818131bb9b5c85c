import type { JsonSchema } from '../model/json-schema.js';

const command: JsonSchema = {
  type: ['string', 'array'],
  pattern: '\\S',
  'x-expected': 'a command',
  minItems: 1,
  items: { type: ['string', 'integer'], description: 'A word of the command line.', examples: ['python3'] },
  description:
    'The command: a text is for the shell (`sh -c`), a list is run as it is, word by word. A dollar sign for the shell is written `$$`.',
  examples: ['python3 -m http.server 80', ['nginx', '-g', 'daemon off;']],
};

const name: JsonSchema = {
  type: 'string',
  pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$',
  'x-expected': 'letters, digits, _, . and -, beginning with a letter or digit, at most 63',
  description: 'What `topo logs --name`, `status` and `show` call it. Default: the name of the program.',
  examples: ['web'],
};

/** What a shell can export; of these it has made constants, or gives them a meaning of their own. */
const VARIABLE_NAME =
  '^(?!(?:OPTIND|OPTARG|OPTERR|LINENO|PPID|UID|EUID|GROUPS|DIRSTACK|FUNCNAME|SHELLOPTS|BASHOPTS|BASH_[A-Z]*)$)[A-Za-z_][A-Za-z0-9_]*$';

const settings: { readonly [key: string]: JsonSchema } = {
  env: {
    type: ['object', 'null'],
    description:
      'Environment variables, by name. Besides them it gets PATH, HOME, USER, TOPO_LAB and TOPO_NODE, and nothing of the environment of `topo apply`, so that it does not matter who calls that.',
    propertyNames: {
      type: 'string',
      pattern: VARIABLE_NAME,
      'x-expected': 'letters, digits and _, not a digit first, and none of the shell’s own',
    },
    additionalProperties: {
      type: ['string', 'integer', 'boolean'],
      'x-sensitive': true,
      description: 'Value of the variable. No report shows it.',
      examples: ['debug'],
    },
    examples: [{ LOG_LEVEL: 'debug' }],
  },
  cwd: {
    type: 'string',
    pattern: '^/',
    'x-expected': 'an absolute path, such as /srv or ${PWD}',
    default: '/',
    description: 'Working directory, an absolute path.',
    examples: ['/srv/www'],
  },
  user: {
    type: ['string', 'integer'],
    pattern: '^[A-Za-z0-9_][A-Za-z0-9_.-]*(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?$',
    minimum: 0,
    'x-expected': 'USER or USER:GROUP, names or numbers',
    description: 'User, or `USER:GROUP`, as whom it runs, names or numbers. Default: root.',
    examples: ['www-data', '1000:1000'],
  },
};

const long: JsonSchema = {
  type: ['string', 'object'],
  pattern: '\\S',
  'x-expected': 'a command',
  required: ['command'],
  additionalProperties: false,
};

export const runSchema: JsonSchema = {
  type: ['array', 'null'],
  description:
    'Commands that are kept running in the node: `apply` starts those that are not running, or not as the file says. Each has a log (`topo logs`), and ends with all that it has started when it is removed here or the node goes. A command has to stay in the foreground.',
  examples: [['python3 -m http.server 80', { command: ['sleep', 'infinity'], name: 'idle', user: 'nobody' }]],
  items: {
    ...long,
    description: 'A text for the shell, or the long form.',
    examples: ['python3 -m http.server 80'],
    properties: { command, name, ...settings },
  },
};

export const execSchema: JsonSchema = {
  type: ['array', 'null'],
  description:
    'Commands that `apply` runs once in the node, in the order of the file, when all else is there and everything of `run` has been started. What they write is shown; one that fails fails the apply. Run again if it is changed here, or if the node was made anew; whatever it leaves running in the background is ended with it.',
  examples: [['ip route get 10.0.0.1', { command: ['./seed.sh'], cwd: '/srv/db' }]],
  items: {
    ...long,
    description: 'A text for the shell, or the long form.',
    examples: ['ip route get 10.0.0.1'],
    properties: { command, ...settings },
  },
};
