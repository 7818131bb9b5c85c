import type { SourceRange } from '../../model/diagnostic.js';
import type { Maker, Rule, RuleContext } from './rule.js';

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

function macsIn({ topology, place, makersOf }: RuleContext): readonly Given[] {
  const inNetworks = topology.nodes.flatMap((node) =>
    node.networks.flatMap((one) =>
      one.macAddress === undefined ? [] : [{ scope: `in the network ${one.network}`, mac: one.macAddress, at: place(one, 'mac_address') }],
    ),
  );
  const onInterfaces = topology.nodes.flatMap((node) =>
    node.interfaces.flatMap((one) => {
      const maker = one.macAddress === undefined ? undefined : makersOf(node).get(one.name);
      if (one.macAddress === undefined || maker === undefined || macOf(maker) !== undefined) return [];
      const scope = maker.kind === 'network' ? `in the network ${maker.attachment.network}` : `on link ${maker.number}`;
      return [{ scope, mac: one.macAddress, at: place(one, 'mac_address') }];
    }),
  );
  const onLinks = topology.links.flatMap((link, i) =>
    link.endpoints.flatMap((end) =>
      end.macAddress === undefined ? [] : [{ scope: `on link ${i + 1}`, mac: end.macAddress, at: place(end, 'mac_address') }],
    ),
  );
  return [...inNetworks, ...onLinks, ...onInterfaces];
}

/** Settings of an interface and the network or link that makes it may not both have a word in this. */
function refuseTwoForOne({ topology, place, report, makersOf }: RuleContext): void {
  for (const node of topology.nodes) {
    for (const settings of node.interfaces) {
      const maker = settings.macAddress === undefined ? undefined : makersOf(node).get(settings.name);
      if (maker === undefined || macOf(maker) === undefined) continue;
      const other = maker.kind === 'network' ? maker.attachment : maker.end;
      const related = [{ message: 'the first is here', at: place(other, 'mac_address') }];
      const message = `${settings.name} of ${node.name} is given two MAC addresses`;
      report('mac-twice', place(settings, 'mac_address'), message, { hint: 'remove one of them', related });
    }
  }
}

function macOf(maker: Maker): string | undefined {
  return (maker.kind === 'network' ? maker.attachment : maker.end).macAddress;
}
