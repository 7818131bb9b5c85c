import type { SourceRange } from '../../model/diagnostic.js';
import { INTERFACE_NAME_BYTES } from '../../model/names.js';
import { quote } from '../report.js';
import type { Rule, RuleContext } from './rule.js';

/** What the kernel accepts (`dev_valid_name` in net/core/dev.c; a percent sign makes it a pattern there), and others can be told. */
export const interfaceName: Rule = {
  name: 'interface-name',
  codes: ['name-too-long', 'bad-interface-name'],
  check(context) {
    for (const { name, at } of namesIn(context)) {
      const bytes = new TextEncoder().encode(name).length;
      if (bytes > INTERFACE_NAME_BYTES) {
        const message = `interface name ${quote(name)} has ${bytes} bytes, and the kernel takes ${INTERFACE_NAME_BYTES}`;
        context.report('name-too-long', at, message, { hint: 'shorten it' });
      } else if (name === '' || name === '.' || name === '..' || FORBIDDEN.test(name)) {
        const hint = 'no / : % * ? \\, quotes, white space or control characters, no - at its beginning, and not . or ..';
        context.report('bad-interface-name', at, `${quote(name)} cannot be the name of an interface`, { hint });
      } else if (name === 'lo' || name === 'all' || name === 'default') {
        const hint = name === 'lo' ? 'each namespace has lo from the beginning' : `/proc/sys/net has a ${name} of its own`;
        context.report('bad-interface-name', at, `${quote(name)} cannot be the name of another interface`, { hint });
      }
    }
  },
};

/**
 * Besides what the kernel refuses: quotes and backslashes end a name in the languages of nftables and BIRD, asterisks and question
 * marks are patterns there and to dnsmasq, and what begins with a hyphen is an option to every program.
 */
const FORBIDDEN = /^-|[/:%"'\\*?\s\u0000-\u001f\u007f]/;

interface Named {
  readonly name: string;
  readonly at: SourceRange;
}

function namesIn({ topology, place }: RuleContext): readonly Named[] {
  const named = (object: { readonly at: SourceRange }, key: string, name: string | undefined) =>
    name === undefined ? [] : [{ name, at: place(object, key) }];
  return [
    ...topology.networks.flatMap((network) => [
      ...named(network, 'bridge_name', network.bridgeName),
      // That it must be there, and cannot be lo, is said elsewhere.
      ...(network.macvlan === undefined || ['', 'lo'].includes(network.macvlan.parent)
        ? []
        : named(network, 'parent', network.macvlan.parent)),
    ]),
    ...topology.nodes.flatMap((node) =>
      node.networks.flatMap((one) => [
        ...named(one, 'interface_name', one.interfaceName),
        ...named(one, 'host_interface', one.hostInterface),
      ]),
    ),
    ...topology.links.flatMap((link) => link.endpoints.flatMap((end) => named(end, 'interface', end.interface))),
  ];
}
