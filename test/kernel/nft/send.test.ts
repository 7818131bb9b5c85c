import { expect, it } from '@jest/globals';
import { refusal } from '../../../src/kernel/netlink/nft/send.js';

it('a kernel without nf_tables is told from a rule that it does not take', () => {
  expect(refusal('EOPNOTSUPP', '', { part: 'transaction' })).toMatchObject({
    message: expect.stringMatching(/^nftables: this kernel has none: .*modprobe nf_tables/),
  });
  expect(refusal('EOPNOTSUPP', '', { part: 'table', table: 'topo_lab' })).toMatchObject({
    message: expect.not.stringContaining('modprobe'),
  });
});
