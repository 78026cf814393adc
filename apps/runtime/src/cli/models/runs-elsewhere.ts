import { RtError } from '@rt/core'
import { isProviderKind } from '../../config/provider-kinds.ts'
import { called } from '../called.ts'

/** The error of a name that nothing here has, where it is that of a model of a service. */
export const runsElsewhere = (thrown: unknown, name: string): unknown => {
  const isUnknown = RtError.isInstance(thrown) && thrown.code === 'model_not_found'
  if (!isUnknown || !isProviderKind(name.split('/', 1)[0]) || !name.includes('/')) return thrown
  return new RtError({
    code: 'unsupported',
    message: `"${name.slice(0, 200)}" runs elsewhere: there is nothing of it on this machine, and nothing to fetch.`,
    hint: `Ask it as it is: ${called} run ${name.slice(0, 200)}`,
    cause: thrown,
  })
}
