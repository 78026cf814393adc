import { RtError, toRtError } from '@rt/core'
import {
  EXECUTION_PROVIDERS,
  type ExecutionProvider,
  type ProviderChoice,
} from '../../driver-kit/execution-provider.ts'

/** One that was tried before, and why it does not run the model. */
export interface PassedOver {
  provider: ExecutionProvider
  reason: string
}

export interface Selected<T> {
  provider: ProviderChoice
  passedOver: PassedOver[]
  value: T
}

/**
 * Takes the first provider that runs the model, one at a time. One that ends its process is passed over like one that
 * says no: a broken driver is no reason to do without a model.
 *
 * @param explain what this machine lacks for one, where that can be told better than onnxruntime does.
 *
 * @throws RtError what the last one said; `unsupported` with all reasons when none of several would.
 */
export const selectProvider = async <T>(
  choices: readonly ProviderChoice[],
  attempt: (provider: ProviderChoice) => Promise<T>,
  explain: (provider: ExecutionProvider) => Promise<string | undefined> = async () => undefined,
): Promise<Selected<T>> => {
  const passedOver: PassedOver[] = []
  for (const provider of choices) {
    try {
      return { provider, passedOver, value: await attempt(provider) }
    } catch (error) {
      const failure = toRtError(error)
      const mayPass = failure.code === 'unsupported' || (hasCrashed(failure) && provider.name !== 'cpu')
      if (!mayPass) throw error
      passedOver.push({ provider: provider.name, reason: (await explain(provider.name)) ?? reasonOf(failure) })
    }
  }
  throw new RtError({
    code: 'unsupported',
    message: `no execution provider runs the model: ${passedOver.map(({ provider, reason }) => `${provider}: ${reason}`).join(' ')}`,
    hint: 'Add cpu to the providers, or look at what is missing: rt doctor.',
    data: { passedOver: passedOver.map((one) => ({ ...one })) },
  })
}

/** Now, or so often before that the engine does not try it again. */
const hasCrashed = ({ code, data }: RtError): boolean =>
  code === 'engine_crashed' || (code === 'model_unavailable' && data?.['crashes'] !== undefined)

const reasonOf = ({ data, message }: RtError): string => {
  const reason = data?.['reason']
  return typeof reason === 'string' ? reason : message
}

/** @throws RtError `invalid_request` for a name onnxruntime does not have, or none. */
export const readProviders = (providers: readonly (ExecutionProvider | ProviderChoice)[]): ProviderChoice[] => {
  const choices = providers.map((one) => (typeof one === 'string' ? { name: one } : one))
  const unknown = choices.find(({ name }) => !EXECUTION_PROVIDERS.includes(name))
  if (choices.length && !unknown) return choices
  throw new RtError({
    code: 'invalid_request',
    message: unknown
      ? `there is no execution provider "${unknown.name}".`
      : 'the list of execution providers is empty.',
    hint: `Give one or more of ${EXECUTION_PROVIDERS.join(', ')}, best first.`,
  })
}
