/** Set by the build (scripts/build.js); absent where the sources run by themselves, as in tests. */
declare const TOPO_VERSION: string | undefined;

/** Where the program's files are; null where the sources run by themselves. */
export const PROGRAM_DIRECTORY = typeof TOPO_VERSION === 'undefined' ? null : __dirname;

export const VERSION = typeof TOPO_VERSION === 'undefined' ? '0.0.0-development' : TOPO_VERSION;
