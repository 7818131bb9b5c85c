/** What a plan opens to others, in words. */
import { describe, expect, it } from '@jest/globals';
import { exposureText } from '../../src/report/exposure-text.js';
import { planText } from '../../src/report/plan-text.js';
import { desired, nothing, observed, planned } from './states.js';
import { words } from './words.js';

const shop = (web: string, db = '[]', back = '10.1.0.0/24'): string => `
name: shop
networks: { front: { subnet: [10.0.0.0/24, 'fd00::/64'] }, back: { subnet: ${back} } }
nodes:
  web: { networks: [front], ports: ${web} }
  db: { networks: [back], ports: ${db} }
`;

const told = (before: string | null, after: string | null): readonly string[] => {
  const from = before === null ? nothing('shop') : observed(desired(before));
  const { exposure = [] } = planned(after === null ? nothing('shop') : desired(after), from);
  return exposure.map((change) => `${change.change} ${exposureText(change)}`);
};

describe('a plan says of ports', () => {
  it.each([
    ["['8080:80']", '[]', ['opened 8080/tcp on all addresses of the host -> web:80']],
    ['[]', "['8080:80']", ['opened 8080/tcp on all IPv4 addresses of the host -> db:80']],
    ["['[::]:8080:80']", '[]', ['opened 8080/tcp on all IPv6 addresses of the host -> web:80']],
    ["['127.0.0.1:8080:80']", '[]', ['opened 8080/tcp on 127.0.0.1, from the host itself only, -> web:80']],
    [
      "['10.99.0.2:8080:80', '[fd99::2]:8080:81']",
      '[]',
      ['opened 8080/tcp on 10.99.0.2 -> web:80', 'opened 8080/tcp on fd99::2 -> web:81'],
    ],
    [
      "['9000-9002:9000-9002', '9100-9103:80-83/udp']",
      '[]',
      [
        'opened 9000-9002/tcp on all addresses of the host -> web:9000-9002',
        'opened 9100-9103/udp on all addresses of the host -> web:80-83',
      ],
    ],
    ['[]', '[]', []],
  ])('web %s, db %s', (web, db, expected) => {
    expect(told(null, shop(web, db))).toEqual(expected);
    expect(told(shop(web, db), null)).toEqual(expected.map((line) => line.replace('opened', 'closed')));
  });

  it('no word where they stay as they are, though the rules change', () => {
    expect(told(shop("['8080:80']"), shop("['8080:80']"))).toEqual([]);
    expect(told(shop("['8080:80']"), shop("['8080:80']", '[]', '10.2.0.0/24'))).toEqual([]);
  });

  it('where they lead now, and where they led', () => {
    expect(told(shop("['0.0.0.0:8080:80', '8443:443']"), shop("['8443:443']", "['0.0.0.0:8080:81', '53:53/udp']"))).toEqual([
      'moved 8080/tcp on all IPv4 addresses of the host -> db:81 (was web:80)',
      'opened 53/udp on all IPv4 addresses of the host -> db:53',
    ]);
  });
});

describe('a plan says of networks', () => {
  const lab = (front: string, back: string): string =>
    `name: shop\nnetworks: { front: { ${front} }, back: { ${back} } }\nnodes: { web: { networks: [front] }, db: { networks: [back] } }\n`;

  it.each([
    ['isolated: false', '', ['opened front']],
    ['', 'isolated: false', ['opened back']],
    ['internal: true', 'isolated: false, gateway: none', []],
  ])('that they are open to others: { %s }, { %s }', (front, back, expected) => {
    const { networks = [] } = planned(desired(lab(front, back)), nothing('shop'));
    expect(networks.map(({ change, network }) => `${change} ${network}`)).toEqual(expected);
  });

  it('in words', async () => {
    const text = await planText(planned(desired(lab('isolated: false', '')), nothing('shop')), words, { color: false, verbose: false });
    expect(text).toContain(
      'Reachable through the host:\n  + all ports of the nodes on front, from other networks and from machines with a route there\n',
    );
  });
});

it('stands above the last line of the plan', async () => {
  const plan = planned(desired(shop("['8080:80']", "['53:53/udp']")), observed(desired(shop("['80:80', '0.0.0.0:53:53/udp']"))));
  expect((await planText(plan, words, { color: false, verbose: false })).split('\n').slice(-7)).toEqual([
    'Reachable through the host:',
    '  + 8080/tcp on all addresses of the host -> web:80',
    '  ~ 53/udp on all IPv4 addresses of the host -> db:53 (was web:53)',
    '  - 80/tcp on all addresses of the host -> web:80',
    '',
    expect.stringMatching(/^Plan: /),
    '',
  ]);
});
