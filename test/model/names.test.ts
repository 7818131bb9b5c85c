import { describe, expect, it } from '@jest/globals';
import { labGroup, mark, parseMark, parseRememberedSysctl, rememberedSysctl } from '../../src/model/names.js';

describe('marks', () => {
  it('are read back as they were written', () => {
    expect(parseMark(mark('shop', 'web/eth0'))).toEqual({ lab: 'shop', object: 'web/eth0' });
  });

  it.each(['', 'uplink to the lab', 'topo:shop', 'Topo:shop/web'])('leave the alias %p alone', (alias) => {
    expect(parseMark(alias)).toBeNull();
  });
});

describe('labGroup', () => {
  it.each(['a', 'shop', 'first-lab'])('of %p is a positive number far from those that people choose', (lab) => {
    expect(labGroup(lab)).toBeGreaterThanOrEqual(0x40000000);
    expect(labGroup(lab)).toBeLessThanOrEqual(0x7fffffff);
  });

  it('differs between labs', () => {
    expect(labGroup('shop')).not.toBe(labGroup('shop2'));
  });
});

describe('remembered sysctls', () => {
  it('keep an equals sign in the value', () => {
    expect(parseRememberedSysctl(rememberedSysctl('net.core.x', 'a=b'))).toEqual({ key: 'net.core.x', value: 'a=b' });
  });

  it('are told from other altnames', () => {
    expect(parseRememberedSysctl('uplink=1')).toBeNull();
    expect(parseRememberedSysctl('sysctl:net.core.x')).toBeNull();
  });
});
