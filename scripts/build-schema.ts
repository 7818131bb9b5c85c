/** Writes what is generated from the schema: the published schema, the validator, and the page of its keys. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { publishedSchema } from '../src/topology/schema-published.js';
import { keysPage } from './keys-page.js';
import { validatorSource } from './validator-source.js';

mkdirSync('src/topology/generated', { recursive: true });
writeFileSync('schemas/topology.schema.json', publishedSchema());
writeFileSync('src/topology/generated/validator.js', validatorSource());
writeFileSync('docs/keys.md', keysPage());
