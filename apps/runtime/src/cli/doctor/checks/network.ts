import { isLoopbackHost } from '@rt/core'
import type { Check } from '../check.ts'
import { remoteServices } from '../remote-services.ts'

export const network: Check = {
  section: 'network',
  name: 'network',
  async run({ config, env }) {
    const offline = /^(?:1|yes|true|on)$/i.test(env['HF_HUB_OFFLINE'] ?? '')
    const services = (await remoteServices({ config, env })).filter(({ address }) => !isHere(address))
    const needed = services.length
      ? `needed for models of ${services.map(({ id }) => id).join(', ')}; beside them`
      : 'none needed:'
    return {
      name: 'network',
      state: 'ok',
      detail: `${needed} only rt pull and the first use of a missing model fetch anything${offline ? '; HF_HUB_OFFLINE is set: the hub is not asked' : ''}`,
    }
  },
}

const isHere = (address = ''): boolean => isLoopbackHost(URL.parse(address)?.hostname ?? '')
