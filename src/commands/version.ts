/** Set by the build (scripts/build.js); absent where the sources run by themselves, as in tests. */
declare const TOPO_VERSION: string | undefined;
declare const TOPO_BUILD: string | undefined;

/** Where the program's files are; null where the sources run by themselves. */
export const PROGRAM_DIRECTORY = typeof TOPO_VERSION === 'undefined' ? null : __dirname;

export const VERSION = typeof TOPO_VERSION === 'undefined' ? '0.0.0-development' : TOPO_VERSION;

/** Another one for each other program, of one version too; null where the sources run by themselves. */
export const BUILD = typeof TOPO_BUILD === 'undefined' ? null : TOPO_BUILD;
