import { readdirSync } from 'node:fs';

/** Names in the folder, sorted; none where there is no such folder. */
export function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
