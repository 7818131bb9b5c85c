/** Numbers of `rtnetlink.h`. */
/** Bytes of struct rtmsg. */
export const RTMSG = 12;
export const RTA = {
  dst: 1,
  src: 2,
  oif: 4,
  gateway: 5,
  priority: 6,
  prefsrc: 7,
  metrics: 8,
  multipath: 9,
  flow: 11,
  cacheinfo: 12,
  table: 15,
  via: 18,
  pref: 20,
  encapType: 21,
  encap: 22,
} as const;
export const RTAX_MTU = 2;
