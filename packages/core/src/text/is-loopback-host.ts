/** Whether only this machine can reach what listens there: a host name or address, IPv6 with brackets or without. */
export const isLoopbackHost = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/i.test(host)
