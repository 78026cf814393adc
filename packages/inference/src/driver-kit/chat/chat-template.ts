import { createHash } from 'node:crypto'
import { RtError } from '@rt/core'
import type { TemplateFeatures } from './inspect-template.ts'
import type { TemplateVariables } from './jinja-program.ts'
import type { TemplateMessage } from './template-message.ts'
import { createTemplateProcess, type TemplateProcess } from './template-process.ts'
import { TRUSTED_TEMPLATES } from './trusted-templates.ts'

export interface ChatTemplate extends AsyncDisposable {
  /** SHA-256 of its text, in hex. */
  readonly hash: string
  readonly features: TemplateFeatures
  /**
   * The prompt, up to where the assistant begins to write.
   *
   * @throws RtError `invalid_request` when the template refuses the messages, `model_invalid` when it does not come to an
   * end in its budget of time, steps, text and memory.
   */
  render(messages: TemplateMessage[], variables?: TemplateVariables): Promise<string>
}

export interface ChatTemplateOptions {
  source: string
  bosToken?: string | undefined
  eosToken?: string | undefined
  /** Where a template that nobody vouches for is rendered. Default: a process of its own, started here. */
  process?: TemplateProcess
}

/**
 * A model's own Jinja template, rendered where it can do no harm. One that refuses the roles it is given (Gemma: no system;
 * Mistral: roles must alternate) is asked again with the system text inside the first user turn and neighbours of one role
 * joined.
 *
 * @throws RtError `model_invalid` when it cannot be read, or goes on for ever.
 */
export const createChatTemplate = async ({
  source,
  bosToken = '',
  eosToken = '',
  process: given,
}: ChatTemplateOptions): Promise<ChatTemplate> => {
  const hash = createHash('sha256').update(source).digest('hex')
  const place = TRUSTED_TEMPLATES.has(hash) ? await here() : (given ?? createTemplateProcess())
  const constants = { bos_token: bosToken, eos_token: eosToken }
  const named = <T>(work: Promise<T>): Promise<T> => work.catch((error: unknown) => Promise.reject(naming(error, hash)))
  try {
    const features = await named(place.call('inspect', { source, constants }))
    return {
      hash,
      features,
      render: (messages, variables = {}) =>
        named(
          place.call('render', {
            source,
            messages,
            variables: { ...constants, ...variables, add_generation_prompt: true },
          }),
        ),
      [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
    }
  } catch (error) {
    await place[Symbol.asyncDispose]()
    throw error
  }
}

type Place = Pick<TemplateProcess, 'call' | typeof Symbol.asyncDispose>

/** Templates we know are rendered in this process. */
const here = async (): Promise<Place> => {
  const { createTemplateWork } = await import('./template-work.ts')
  const work = createTemplateWork()
  return {
    call: (async (method: keyof typeof work, params: never) => work[method](params)) as Place['call'],
    [Symbol.asyncDispose]: async () => {},
  }
}

/** What a template did wrong names the template. */
const naming = (error: unknown, hash: string): unknown =>
  RtError.isInstance(error) && error.code === 'model_invalid'
    ? new RtError({
        code: error.code,
        message: error.message.replace('the chat template', `the chat template (sha256 ${hash.slice(0, 16)}…)`),
        hint: error.hint,
        data: { templateHash: hash },
        cause: error,
      })
    : error
