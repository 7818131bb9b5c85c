/**
 * Who may import whom in src/. Every folder names all that it may see; the rest of src/ is closed to it.
 * test/architecture tests these rules themselves: a pattern that matches no file is an error.
 */

/** Node's own modules that compute and touch nothing. */
const PURE_CORE_MODULES = '^(crypto|net|util)$';

const KIND_INTERFACE = ['^src/kinds/kind\\.ts$', '^src/kinds/link-attributes\\.ts$'];

const KINDS =
  'address|bridge|container|exec|joined|loopback|neighbour|netns|nftables|node-files|process|route|rule|runtime|stranger|sysctl|veth';

/** What is imported from src/ besides the folder itself. */
const MAY_IMPORT = {
  model: [],
  kinds: ['^src/model/'],
  topology: ['^src/model/', '^src/kinds/'],
  networks: ['^src/model/', '^src/kinds/'],
  plan: ['^src/model/', ...KIND_INTERFACE],
  kernel: ['^src/model/', ...KIND_INTERFACE],
  // To read the kernel is to find the kinds' objects in what it says.
  apply: [
    '^src/model/',
    '^src/plan/',
    '^src/kernel/kernel\\.ts$',
    '^src/kinds/(find|former|former-kinds|former-losses|former-names|former-taken)\\.ts$',
  ],
  report: ['^src/model/', '^src/kinds/'],
  // What differs is said in the words of the reports.
  watch: ['^src/model/', '^src/kernel/kernel\\.ts$', '^src/report/(blocks|status|words)\\.ts$'],
  sandbox: ['^src/model/', '^src/kernel/kernel\\.ts$'],
};

const directions = Object.entries(MAY_IMPORT).map(([folder, others]) => ({
  name: `direction-of-${folder}`,
  comment: `src/${folder} may import ${['itself', ...others].join(', ')}`,
  severity: 'error',
  from: { path: [`^src/${folder}/`] },
  to: { path: ['^src/'], pathNot: [`^src/${folder}/`, ...others] },
}));

export default {
  forbidden: [
    ...directions,
    {
      name: 'no-input-or-output',
      comment: 'these folders compute: the same input gives the same result on every machine',
      severity: 'error',
      from: { path: ['^src/model/', '^src/kinds/', '^src/networks/', '^src/plan/', '^src/watch/'] },
      to: { dependencyTypes: ['core'], pathNot: [PURE_CORE_MODULES] },
    },
    {
      name: 'kinds-are-apart',
      comment: 'what one kind knows of another goes through ids and shared files that are no kind',
      severity: 'error',
      from: { path: [`^src/kinds/(${KINDS})[-.]`] },
      to: { path: [`^src/kinds/(${KINDS})[-.]`], pathNot: ['^src/kinds/$1[-.]'] },
    },
    {
      name: 'adapters-are-apart',
      comment: 'the two adapters are the check of each other',
      severity: 'error',
      from: { path: ['^src/kernel/(netlink|iproute)/'] },
      to: { path: ['^src/kernel/(netlink|iproute)/'], pathNot: ['^src/kernel/$1/'] },
    },
    {
      name: 'native-code-in-one-place',
      comment: 'system calls that Node does not offer are made by the netlink adapter alone',
      severity: 'error',
      from: { path: ['^src/'], pathNot: ['^src/kernel/netlink/'] },
      to: { path: ['node_modules/koffi/'] },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'only-declared-packages',
      comment: 'the program runs with its dependencies alone',
      severity: 'error',
      from: { path: ['^src/'] },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    // A type alone is a dependency too.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
};
