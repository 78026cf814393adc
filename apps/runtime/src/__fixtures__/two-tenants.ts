import { createRuntime } from '../create-runtime.ts'
import { temporaryFolder } from './command.ts'

export interface Told {
  text: string
  promptTokens: number
  cachedTokens: number
  /** To the first piece of the answer. */
  firstMs: number
  id: string
  requestId: string
}

export interface Tenant {
  ask(content: string, options?: AskOptions): Promise<Told>
  /** Begins an answer and goes away as soon as a piece of it came. */
  leave(content: string, options?: AskOptions): Promise<void>
}

export interface AskOptions {
  thread?: string
  maxTokens?: number
  seed?: number
}

export interface TwoTenants extends AsyncDisposable {
  ada: Tenant
  eve: Tenant
  /** Until nothing runs and nobody waits. */
  idle(): Promise<void>
}

interface Chunk {
  id: string
  choices: { delta: { content?: string } }[]
  usage?: { prompt_tokens: number; prompt_tokens_details: { cached_tokens: number } }
}

/** A server with a model of this machine and a key for each of two who must not learn of each other. */
export const openTwoTenants = async (model: string): Promise<TwoTenants> => {
  const folder = await temporaryFolder()
  const rt = await createRuntime({ data: folder.path, config: false, chat: model, embed: false, threads: 1 })
  const server = await rt.serve({ port: 0 })

  const tenant = async (name: string): Promise<Tenant> => {
    const { secret } = await rt.keys.create({ name, scope: 'chat' })
    const send = (content: string, { thread, maxTokens = 8, seed = 7 }: AskOptions, signal: AbortSignal): Promise<Response> =>
      fetch(`${server.address}/v1/chat/completions`, {
        method: 'POST',
        signal,
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${secret}`,
          ...(thread && { 'x-rt-thread': thread }),
        },
        body: JSON.stringify({
          model,
          stream: true,
          stream_options: { include_usage: true },
          messages: [{ role: 'user', content }],
          max_tokens: maxTokens,
          temperature: 1,
          seed,
        }),
      })
    return {
      async ask(content, options = {}) {
        const begun = performance.now()
        const response = await send(content, options, new AbortController().signal)
        const told: Told = { text: '', promptTokens: -1, cachedTokens: -1, firstMs: 0, id: '', requestId: '' }
        told.requestId = response.headers.get('x-request-id') ?? ''
        for await (const { id, choices, usage } of chunksOf(response)) {
          const piece = choices[0]?.delta.content ?? ''
          if (piece && told.text === '') told.firstMs = performance.now() - begun
          told.id = id
          told.text += piece
          if (usage) {
            told.promptTokens = usage.prompt_tokens
            told.cachedTokens = usage.prompt_tokens_details.cached_tokens
          }
        }
        return told
      },
      async leave(content, options = {}) {
        const gone = new AbortController()
        const response = await send(content, { maxTokens: 400, ...options }, gone.signal)
        for await (const { choices } of chunksOf(response)) if (choices[0]?.delta.content) break
        gone.abort()
      },
    }
  }
  return {
    ada: await tenant('ada'),
    eve: await tenant('eve'),
    async idle() {
      for (;;) {
        const { models } = await rt.status()
        if (models.every(({ running, waiting }) => running === 0 && waiting === 0)) return
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    },
    async [Symbol.asyncDispose]() {
      await server.close({ drainMs: 0 })
      await rt.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

async function* chunksOf(response: Response): AsyncGenerator<Chunk, void> {
  if (!response.ok || !response.body) throw new Error(`${response.status} ${await response.text()}`)
  let rest = ''
  for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
    const events = (rest + piece).split('\n\n')
    rest = events.pop() ?? ''
    for (const event of events) {
      const data = /^data: (\{.*)$/m.exec(event)?.[1]
      if (data) yield JSON.parse(data) as Chunk
    }
  }
}
