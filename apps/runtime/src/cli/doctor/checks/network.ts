import type { Check } from '../check.ts'

export const network: Check = {
  section: 'network',
  name: 'network',
  async run({ env }) {
    const offline = /^(?:1|yes|true|on)$/i.test(env['HF_HUB_OFFLINE'] ?? '')
    return {
      name: 'network',
      state: 'ok',
      detail: `none needed: only rt pull and the first use of a missing model fetch anything${offline ? '; HF_HUB_OFFLINE is set: the hub is not asked' : ''}`,
    }
  },
}
