/**
 * Places that are chosen by a hash. Whoever comes first in the file to an undisputed place keeps it; only those who find theirs
 * taken look for the next free one, in file order, afterwards. So one that comes or goes moves another one only if both were
 * meant for the same place.
 */

/** Name → its place among `size`; those for which none is left are missing. `taken` gets them as well. */
export function assignPlaces(
  names: readonly string[],
  size: number,
  taken: Set<number>,
  hashed: (name: string) => number,
): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  const homeless: { readonly name: string; readonly place: number }[] = [];
  for (const name of names) {
    const place = hashed(name) % size;
    if (taken.has(place)) homeless.push({ name, place });
    else places.set(name, claim(taken, place));
  }
  for (const { name, place } of homeless) {
    if (taken.size >= size) break;
    places.set(name, claim(taken, nextFree(taken, place, size)));
  }
  return places;
}

function claim(taken: Set<number>, place: number): number {
  taken.add(place);
  return place;
}

function nextFree(taken: ReadonlySet<number>, start: number, size: number): number {
  let place = start;
  while (taken.has(place)) place = (place + 1) % size;
  return place;
}
