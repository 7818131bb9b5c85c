/** The fields of a link that is a port of a bridge: null where it is none. */
import type { Props } from '../model/state.js';
import { BRIDGE_PORT_ATTRIBUTES } from './link-attributes.js';

export type PortSettings = { readonly [setting: string]: string | number | boolean };

/** `settings`: what is not as with any new port. */
export function portFields(isPort: boolean, settings: PortSettings = {}): Props {
  return Object.fromEntries(
    BRIDGE_PORT_ATTRIBUTES.map(({ name, default: fallback }) => [name, isPort ? (settings[name] ?? fallback) : null]),
  );
}

export const PORT_DEFAULTS: Props = portFields(true);
