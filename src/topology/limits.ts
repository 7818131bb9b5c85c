/** Values that a file may mean once its aliases are followed: ten thousand nodes have fewer. */
export const MAX_VALUES = 100_000;

export const MEANS_TOO_MUCH = `the file means more than ${MAX_VALUES} values, with its aliases followed, and its defaults and groups given to their nodes`;
export const MEAN_LESS = 'use fewer aliases of aliases, or smaller defaults and groups';
