import { readOwner } from '@rt/node/sqlite'
import { span } from '../../output/units.ts'
import type { Check } from '../check.ts'

export const owner: Check = {
  section: 'data',
  name: 'in use by',
  async run({ data }) {
    const found = await readOwner(data)
    if (!found) return { name: 'in use by', state: 'ok', detail: 'nobody' }
    const { pid, address, startedAt } = found
    return {
      name: 'in use by',
      state: 'ok',
      detail: `process ${pid}, for ${span(Date.now() - startedAt)}${address ? `, at ${address}` : ', which does not listen'}`,
    }
  },
}
