/** One of several next hops of a route: as a text, so that a list of them is plain data that is compared as it stands. */

export interface Nexthop {
  /** '' where it is reached without a router. */
  readonly via: string;
  readonly dev: string;
  /** 1 to 256: its part of the packets. */
  readonly weight: number;
}

/** `VIA DEV WEIGHT`; what the kernel knows of it besides stands behind. */
export function nexthopText({ via, dev, weight }: Nexthop, more = ''): string {
  return [via, dev, String(weight), more].filter((word) => word !== '').join(' ');
}

export function parseNexthop(text: string): Nexthop {
  const words = text.split(' ');
  // Names of interfaces have no blanks, and a word behind the weight is no number.
  const at = words.findLastIndex((word) => /^\d+$/.test(word));
  return { via: at < 2 ? '' : (words[0] ?? ''), dev: words[at - 1] ?? '', weight: Number(words[at]) };
}
