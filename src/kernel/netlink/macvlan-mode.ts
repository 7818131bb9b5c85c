/** MACVLAN_MODE_* of if_link.h. */
const MODES: { readonly [name: string]: number } = { private: 1, vepa: 2, bridge: 4, passthru: 8, source: 16 };

export const macvlanMode = (name: string): number => MODES[name] ?? 0;

export function macvlanModeName(mode: number): string {
  return Object.keys(MODES).find((name) => MODES[name] === mode) ?? String(mode);
}
