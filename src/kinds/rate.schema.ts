import type { JsonSchema } from '../model/json-schema.js';

export const rateSchema: JsonSchema = {
  type: 'string',
  description: 'How much is sent in a second at most, in kbit, mbit or gbit (powers of ten): 8kbit to 100gbit.',
  examples: ['10mbit', '1.5mbit'],
};
