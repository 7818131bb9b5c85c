import type { Rule } from './rule.js';

/** Keys that `forwarding` sets. */
const FORWARDING = /^net\.(?:ipv4\.ip_forward|ipv[46]\.conf\.all\.forwarding)$/;

export const sysctlConflict: Rule = {
  name: 'sysctl-conflict',
  codes: ['sysctl-conflict'],
  check({ topology, report, place, isWritten }) {
    for (const node of topology.nodes.filter((each) => isWritten(each, 'forwarding'))) {
      for (const { key, value, at } of node.sysctls) {
        if (!FORWARDING.test(key) || (value !== '0') === node.forwarding) continue;
        const related = [{ message: 'forwarding is here', at: place(node, 'forwarding') }];
        const message = `${key} = ${value} contradicts forwarding: ${String(node.forwarding)}`;
        report('sysctl-conflict', at, message, { hint: 'remove the sysctl: forwarding sets it', related });
      }
    }
  },
};
