import { describe, expect, it } from '@jest/globals';
import type { State } from '../../src/model/state.js';
import { statusOf } from '../../src/report/status.js';
import { statusText } from '../../src/report/status-text.js';
import { desired, nothing, observed, planned, SHOP } from './states.js';
import { words } from './words.js';

const shop = desired(SHOP);
const input = (is: State, should = shop) => ({ plan: planned(should, is), desired: should, observed: is });
const text = (is: State, should = shop): Promise<string> => statusText(input(is, should), words, { color: false, verbose: false });
const BRIDGE = [...shop.resources.keys()].find((id) => id.startsWith('bridge:'))!;

describe('the status of a lab', () => {
  it('is in sync if nothing differs, and lists every object', async () => {
    const { inSync, summary, objects } = statusOf(input(observed(shop)), words);
    expect({ inSync, summary }).toEqual({ inSync: true, summary: { ok: shop.resources.size, drifted: 0, missing: 0, unexpected: 0 } });
    expect(objects.map(({ id }) => id)).toEqual([...shop.resources.keys()]);
    expect(await text(observed(shop))).toMatch(new RegExp(`^shop: in sync\\. Objects: ${shop.resources.size} ok, 0 drifted`, 'm'));
  });

  it('tells what is missing, drifted and unexpected', async () => {
    const extra = desired(SHOP.replace('nodes:', 'nodes:\n  db: { networks: [front] }'));
    const is = observed(extra, { [BRIDGE]: { mtu: 1400 }, 'address:shop.web/lo/10.0.0.1/32': null });
    const lines = (await text(is)).split('\n').filter((line) => !line.startsWith('  ok ') && line !== '');
    expect(lines).toEqual([
      'host',
      '  drifted     names front  # topo.yaml:4 networks.front',
      '              hosts',
      expect.stringMatching(/^ {16}- [\d.]+ db db\.front$/),
      '                # 7 unchanged lines hidden',
      expect.stringMatching(/^ {2}drifted {5}bridge br-\w+ {2}# topo\.yaml:4 networks\.front$/),
      '              mtu: 1400 in the kernel, 1500 in the topology',
      'shop.web',
      expect.stringMatching(/^ {2}missing {5}address 10\.0\.0\.1\/32 on shop\.web:lo {2}# topo\.yaml:\d+ nodes\.web\.interfaces\.lo/),
      'shop.db',
      '  unexpected  netns shop.db (node db)',
      ...Array.from({ length: 4 }, () => expect.stringMatching(/^ {2}unexpected {2}/)),
      expect.stringMatching(/^shop: drifted\. Objects: \d+ ok, 2 drifted, 1 missing, 5 unexpected\.$/),
    ]);
  });

  it('tells a lab that was never applied from one that drifted, whatever the settings of the host are', async () => {
    expect(await text(nothing(shop.lab))).toMatch(/^shop: not applied: topo apply makes it\. Objects: 0 ok, /m);
    const sysctl = [...shop.resources.values()].find(({ kind }) => kind === 'sysctl')!;
    const is = observed(shop, Object.fromEntries([...shop.resources.keys()].filter((id) => id !== sysctl.id).map((id) => [id, null])));
    expect(await text(is)).toMatch(/^shop: not applied: topo apply makes it\. Objects: 1 ok, /m);
    const bridge = observed(shop, Object.fromEntries([...shop.resources.keys()].filter((id) => id !== BRIDGE).map((id) => [id, null])));
    expect(await text(bridge)).toMatch(/^shop: drifted\. Objects: 1 ok, /m);
  });

  it('says of what stands on a drifted thing that it is well', () => {
    const veth = [...shop.resources.keys()].find((id) => id.startsWith('veth:'))!;
    const { summary } = statusOf(input(observed(shop, { [veth]: { peer_name: 'other' } })), words);
    expect(summary).toMatchObject({ drifted: 1, missing: 0 });
  });

  it('shows the rules that differ', async () => {
    const nft = [...shop.resources.values()].find(({ kind }) => kind === 'nftables')!;
    const changed = Object.entries(nft.props).find(([, value]) => (value as { rules?: unknown[] }).rules?.length)!;
    const chain = changed[1] as unknown as { hook: string; rules: readonly { text: string; code: string }[] };
    const rules = [...chain.rules.map(({ text: words, code }) => ({ text: words, code })), { text: 'drop', code: 'drop' }];
    expect(await text(observed(shop, { [nft.id]: { [changed[0]]: { hook: chain.hook, rules } } }))).toContain(
      `              ${changed[0]}\n                - drop\n`,
    );
  });

  it('does not know of somebody else’s objects', () => {
    const stranger = {
      id: 'link:shop.web/tun0',
      kind: 'link',
      netns: 'shop.web',
      props: { name: 'tun0', type: 'tun' },
      needs: [],
      keep: true,
    };
    const is = observed(shop);
    const withStranger = { lab: is.lab, resources: new Map([...is.resources, [stranger.id, stranger]]) };
    expect(statusOf(input(withStranger), words).objects.map(({ id }) => id)).not.toContain(stranger.id);
  });

  it('of nothing at all is everything missing', () => {
    expect(statusOf(input(nothing('shop')), words).summary).toMatchObject({ ok: 0, missing: shop.resources.size });
  });
});
