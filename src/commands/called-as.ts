import { DEFAULT_NAME } from '../sandbox/name.js';

/** How this program is called to come here again, as what runs in a sandbox is told. */
export function calledAs({ TOPO_SANDBOX: sandbox }: { readonly [name: string]: string | undefined }): string {
  if (sandbox === undefined) return 'topo';
  return sandbox === DEFAULT_NAME ? 'topo --sandbox' : `topo --sandbox=${sandbox}`;
}
