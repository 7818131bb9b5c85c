import { listOf, listText } from '../report/list.js';
import type { Context } from './context.js';
import { openKernel } from './kernel.js';
import type { ListArguments } from './options.js';

export function run(args: ListArguments, context: Context): Promise<number> {
  const kernel = openKernel(context);
  try {
    const document = listOf(kernel.labs());
    context.stdout.write(args.json ? `${JSON.stringify(document)}\n` : listText(document, { color: context.color }));
    return Promise.resolve(0);
  } finally {
    kernel.close();
  }
}
