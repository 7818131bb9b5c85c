/** Scopes of addresses and routes (`rt_scopes`). */
const NAMES: ReadonlyMap<number, string> = new Map([
  [0, 'global'],
  [200, 'site'],
  [253, 'link'],
  [254, 'host'],
  [255, 'nowhere'],
]);
const NUMBERS: ReadonlyMap<string, number> = new Map([...NAMES].map(([number, name]) => [name, number]));

export function scopeName(scope: number): string {
  return NAMES.get(scope) ?? String(scope);
}

export function scopeNumber(name: string): number {
  return NUMBERS.get(name) ?? Number(name);
}
