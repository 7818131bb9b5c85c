import { isPending } from '../apply/pending-files.js';
import { listOf, listText } from '../report/list.js';
import type { Context } from './context.js';
import { openKernel } from './kernel.js';
import type { ListArguments } from './options.js';

export async function run(args: ListArguments, context: Context): Promise<number> {
  const kernel = openKernel();
  try {
    const document = listOf(kernel.labs());
    context.stdout.write(args.json ? `${JSON.stringify(document)}\n` : listText(document, { color: context.color }));
    const open = document.labs.map(({ lab }) => lab).filter(isPending);
    if (open.length > 0 && !args.json) {
      const { confirmationText } = await import('./confirm/notice.js');
      for (const lab of open) context.stdout.write(`${lab}: ${confirmationText(lab)}`);
    }
    return 0;
  } finally {
    kernel.close();
  }
}
