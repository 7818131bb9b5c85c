'use strict';
/**
 * Part of dist/topo.cjs, and of what makes its code cache, which V8 takes only under the flags that it was made with. The
 * program is over before most functions have earned the optimizing compiler's work: it gets functions that are called very
 * often, and half of the processor's time for a plan of a thousand nodes is saved.
 */
const { setFlagsFromString } = require('node:v8');

// V8 complains about a flag that it does not know: only where it was tried.
if (/^v2[0-4]\./.test(process.version)) setFlagsFromString('--interrupt-budget=500000 --semi-space-growth-factor=16');
