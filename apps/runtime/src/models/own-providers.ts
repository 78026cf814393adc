import type { Provider } from '@rt/core'
import type { RuntimeOptions } from '../runtime.ts'

/** Those of a program, by their ids, as names begin with them. */
export const ownProviders = (providers: RuntimeOptions['providers'] = {}): Record<string, Provider> =>
  Object.fromEntries(
    Object.values(providers).flatMap((provider) => ('languageModel' in provider ? [[provider.id, provider]] : [])),
  )
