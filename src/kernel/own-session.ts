/**
 * For a child that ends by itself: what a terminal sends to all of its foreground group (Ctrl-C) is for topo to hear, and no reason for the child to
 * fail. `spawnSync` knows it too, though its type does not say so.
 */
export const OWN_SESSION = { detached: true } as const;
