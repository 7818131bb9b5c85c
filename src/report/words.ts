import type { Operation } from '../model/operation.js';
import type { Props, Resource } from '../model/state.js';

/** What the kinds know of their objects, for people. */
export interface Words {
  /** `veth shop.web:eth0 <-> host:vt1234`. */
  title(resource: Resource): string;
  /** Fields with these values are not worth a line where an object is created. */
  defaults(resource: Resource): Props;
  /** Its fields are entries of a table, of which there may be hundreds. */
  isTable(resource: Resource): boolean;
}

/** The command that does the same by hand, as one line. */
export type CommandText = (operation: Operation) => string;
