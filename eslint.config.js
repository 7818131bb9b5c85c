import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const noDefaultExport = { selector: 'ExportDefaultDeclaration', message: 'Export it by its name.' };

const outsideWorld = ['exit', 'exitCode', 'env', 'argv', 'stdout', 'stderr', 'stdin'].map((property) => ({
  object: 'process',
  property,
  message: 'Only src/cli.ts and src/commands touch the outside world: take it as an argument.',
}));

export default defineConfig(
  { ignores: ['dist/', 'node_modules/', 'src/**/generated/', 'test/**/fixtures/'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `{ readonly [key: string]: X }` names the key; Record does not.
      '@typescript-eslint/consistent-indexed-object-style': 'off',
      // Closed shapes as `type`, open ones as `interface`: both have their place.
      '@typescript-eslint/consistent-type-definitions': 'off',
      // A `!` stands where an invariant is known and the compiler cannot see it; under noUncheckedIndexedAccess there are many.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Properties of a resource are read by their name in the file, which is data: `props['mtu']`.
      '@typescript-eslint/dot-notation': 'off',
      // Property values are a union that holds objects; which fields are scalars is the kind's own knowledge.
      '@typescript-eslint/no-base-to-string': 'off',
      // Plain objects of functions do not use `this`.
      '@typescript-eslint/unbound-method': 'off',
      // `return print(x)` ends a function in one line.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      eqeqeq: 'error',
      'no-restricted-syntax': ['error', noDefaultExport],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'max-lines': ['error', 300],
      'no-console': 'error',
      'no-restricted-properties': ['error', ...outsideWorld],
      'no-restricted-imports': ['error', { paths: [{ name: 'node:process', message: 'Use the global.' }] }],
    },
  },
  {
    files: ['src/cli.ts', 'src/commands/**/*.ts'],
    rules: { 'no-console': 'off', 'no-restricted-properties': 'off' },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // Tests take JSON and printed text apart; the assertion that follows is the check of the type.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
    },
  },
);
