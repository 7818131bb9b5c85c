/** Set by the build (scripts/build.js); absent where the sources run by themselves, as in tests. */
declare const TOPO_VERSION: string | undefined;

export const VERSION = typeof TOPO_VERSION === 'undefined' ? '0.0.0-development' : TOPO_VERSION;
