/** Which keys of the language, and which of the words that a key can have, a file uses. */
interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly patternProperties?: unknown;
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly $defs?: Readonly<Record<string, Schema>>;
}

/** All that there is: `node.routes[].via`, and `network.driver=vxlan` for a word. What keys of the reader's own lead to is `*`. */
export function keysOf(root: Schema): ReadonlySet<string> {
  const found = new Set<string>();
  visit(root, '', (schema, path) => {
    for (const key of Object.keys(schema.properties ?? {})) found.add(`${path}.${key}`);
    for (const word of schema.enum ?? []) found.add(`${path}=${String(word)}`);
  });
  for (const [name, schema] of Object.entries(root.$defs ?? {})) {
    visit(schema, name, (part, path) => {
      for (const key of Object.keys(part.properties ?? {})) found.add(`${path}.${key}`);
      for (const word of part.enum ?? []) found.add(`${path}=${String(word)}`);
    });
  }
  return found;
}

function visit(schema: Schema, path: string, see: (schema: Schema, path: string) => void): void {
  // What is referred to has its own place; what stands beside that is what it may not have.
  if (schema.$ref !== undefined) return;
  see(schema, path);
  for (const branch of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) visit(branch, path, see);
  for (const [key, child] of Object.entries(schema.properties ?? {})) visit(child, `${path}.${key}`, see);
  if (schema.items !== undefined) visit(schema.items, `${path}[]`, see);
  if (typeof schema.additionalProperties === 'object') visit(schema.additionalProperties, `${path}.*`, see);
}

/** Those that a value uses. */
export function keysUsed(root: Schema, value: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  use(root, root, value, '', found);
  return found;
}

function use(root: Schema, written: Schema, value: unknown, above: string, found: Set<string>): void {
  const name = written.$ref?.replace('#/$defs/', '');
  const [schema, path] = name === undefined ? [written, above] : [root.$defs?.[name] ?? {}, name];
  for (const branch of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) use(root, branch, value, path, found);
  if (Array.isArray(value)) {
    for (const item of value as readonly unknown[]) use(root, schema.items ?? {}, item, `${path}[]`, found);
    return;
  }
  if (typeof value !== 'object' || value === null) {
    if (schema.enum?.includes(value) === true) found.add(`${path}=${String(value)}`);
    return;
  }
  for (const [key, child] of Object.entries(value)) {
    const known = schema.properties?.[key];
    if (known !== undefined) {
      found.add(`${path}.${key}`);
      use(root, known, child, `${path}.${key}`, found);
    } else if (typeof schema.additionalProperties === 'object') use(root, schema.additionalProperties, child, `${path}.*`, found);
  }
}
