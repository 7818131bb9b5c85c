/** The addresses that the kernel gives to a lo that is up. */
export const LOOPBACKS_OWN: readonly string[] = ['127.0.0.1/8', '::1/128'];

export const isLoopbacksOwn = (dev: string, cidr: string): boolean => dev === 'lo' && LOOPBACKS_OWN.includes(cidr);
