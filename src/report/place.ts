import type { Resource } from '../model/state.js';
import { printable } from './width.js';

/** Where the file asks for the object: `topo.yaml:12 nodes.web.networks.front`; '' if it does not. */
export function placeText({ at, path }: Pick<Resource, 'at' | 'path'>): string {
  return printable([at === undefined ? '' : `${at.file}:${at.line}`, path ?? ''].filter((part) => part !== '').join(' '));
}
