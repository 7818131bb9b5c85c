import type { SourceRange } from '../../model/diagnostic.js';
import type { Rule, RuleContext } from './rule.js';

export const macTwice: Rule = {
  name: 'mac-twice',
  codes: ['mac-twice'],
  check(context) {
    const first = new Map<string, SourceRange>();
    for (const { scope, mac, at } of macsIn(context)) {
      const before = first.get(`${scope} ${mac}`);
      first.set(`${scope} ${mac}`, before ?? at);
      if (before === undefined) continue;
      const related = [{ message: 'the first is here', at: before }];
      context.report('mac-twice', at, `${mac} is given twice ${scope}`, {
        hint: 'choose another MAC address, or none: it is derived then',
        related,
      });
    }
    refuseTwoForOne(context);
  },
};

interface Given {
  readonly scope: string;
  readonly mac: string;
  readonly at: SourceRange;
}

function macsIn({ topology, place, interfaceNames }: RuleContext): readonly Given[] {
  const inNetworks = topology.nodes.flatMap((node) =>
    node.networks.flatMap((one) => {
      const settings =
        node.interfaces.length === 0 ? undefined : node.interfaces.find(({ name }) => name === interfaceNames(node).get(one.network));
      const scope = `in the network ${one.network}`;
      if (one.macAddress !== undefined) return [{ scope, mac: one.macAddress, at: place(one, 'mac_address') }];
      return settings?.macAddress === undefined ? [] : [{ scope, mac: settings.macAddress, at: place(settings, 'mac_address') }];
    }),
  );
  const onLinks = topology.links.flatMap((link, i) =>
    link.endpoints.flatMap((end) =>
      end.macAddress === undefined ? [] : [{ scope: `on link ${i + 1}`, mac: end.macAddress, at: place(end, 'mac_address') }],
    ),
  );
  return [...inNetworks, ...onLinks];
}

/** Settings of an interface and the network or link that makes it may not both have a word in this. */
function refuseTwoForOne({ topology, place, report, interfaceNames }: RuleContext): void {
  for (const node of topology.nodes) {
    for (const settings of node.interfaces) {
      if (settings.macAddress === undefined) continue;
      const attachment = node.networks.find(
        (one) => one.macAddress !== undefined && interfaceNames(node).get(one.network) === settings.name,
      );
      const end = topology.links
        .flatMap((link) => link.endpoints)
        .find((one) => one.macAddress !== undefined && one.node === node.name && one.interface === settings.name);
      const other = attachment ?? end;
      if (other === undefined) continue;
      const related = [{ message: 'the first is here', at: place(other, 'mac_address') }];
      const message = `${settings.name} of ${node.name} is given two MAC addresses`;
      report('mac-twice', place(settings, 'mac_address'), message, { hint: 'remove one of them', related });
    }
  }
}
