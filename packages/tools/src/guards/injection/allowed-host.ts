/** Whether an address stays on hosts that are named: `example.com`, `*.example.com`. Data in the address itself goes nowhere. */
export const isAllowedHost = (address: string, hosts: readonly string[]): boolean => {
  if (/^data:image\/(?:png|jpeg|gif|webp);/i.test(address)) return true
  const url = URL.parse(address)
  if (!url || !/^https?:$/.test(url.protocol)) return false
  return hosts.some((host) => {
    const name = host.toLowerCase()
    return name.startsWith('*.') ? url.hostname.endsWith(name.slice(1)) : url.hostname === name
  })
}
