import {
  emptyUsage,
  type ModelRequest,
  type Prompt,
  RtError,
  type StreamPart,
  type TerminalPart,
  throwIfAborted,
  type Timings,
  toTerminal,
  type Usage,
} from '@rt/core'
import { createChatTemplate } from '../../driver-kit/chat/chat-template.ts'
import { createStopDetector } from '../../driver-kit/chat/stop-detector.ts'
import { resolveSampling } from '../../driver-kit/sampling.ts'
import { createTextDecoder } from '../../driver-kit/text-decoder.ts'
import { createDecoder, type DecoderCache } from './decoder.ts'
import type { OnnxRuntime } from './load-runtime.ts'
import { type LoadedTokenizer, loadTokenizer } from './load-tokenizer.ts'
import { openSession } from './open-session.ts'
import type { StateResult, WriterSpec } from './protocol.ts'
import { readChatConfig } from './read-chat-config.ts'
import { createSampler } from './sampler.ts'
import { tokenizePrompt } from './tokenize-prompt.ts'
import { createWaitingLine } from './waiting-line.ts'
import { DEFAULT_SAMPLING, PIECE } from './writer-options.ts'

/** One loaded model that writes, in the child. */
export interface WriterSession {
  count(prompt: Prompt): Promise<number>
  /** Ends with exactly one terminal part. The signal is looked at between runs. */
  write(request: ModelRequest, signal: AbortSignal): AsyncIterable<StreamPart>
  release(): Promise<void>
  readonly templateHash: string
  readonly msPerToken: number
  state(): NonNullable<StateResult['writing']>
}

/** @throws RtError as `loadModelSession` does; `model_invalid` without a chat template. */
export const loadWriterSession = async (runtime: OnnxRuntime, spec: WriterSpec): Promise<WriterSession> => {
  const [tokenizer, config] = await Promise.all([
    loadTokenizer(spec.tokenizerPath, spec.id),
    readChatConfig(spec.tokenizerPath, spec.id),
  ])
  const source = spec.template ?? config.template
  if (source === undefined) throw noTemplate(spec.id)
  const ends = endTokens(tokenizer, [config.eosToken], config.eosIds)
  const template = await createChatTemplate({ source, bosToken: config.bosToken, eosToken: config.eosToken })
  const session = await openSession(runtime, spec).catch(async (error: unknown) => {
    await template[Symbol.asyncDispose]()
    throw error
  })
  const close = async (): Promise<void> => {
    await template[Symbol.asyncDispose]()
    await session.release()
  }
  const line = createWaitingLine(spec.sequences)
  const open = new Set<DecoderCache>()
  const running = new Set<Promise<void>>()
  let msPerToken = 0
  try {
    const decoder = createDecoder(runtime, session, spec)
    const read = async (cache: DecoderCache, tokens: number[]): Promise<Float32Array> => {
      const begun = performance.now()
      const logits = await decoder.read(cache, tokens)
      msPerToken = Math.max(msPerToken, (performance.now() - begun) / tokens.length)
      return logits
    }
    // A first run tells whether its outputs are what was stated, and fills the caches.
    {
      using cache = decoder.open()
      await read(cache, [0])
    }

    async function* answer(request: ModelRequest, run: Run): AsyncGenerator<StreamPart, 'stop' | 'length'> {
      const { signal, usage, timings } = run
      if (request.logprobs)
        yield { type: 'warning', id: 'logprobs_ignored', message: 'an ONNX model tells no logprobs.' }
      const ignored = (['xtc', 'dry', 'logitBias'] as const).filter((name) => request.sampling?.[name] !== undefined)
      if (ignored.length > 0)
        yield {
          type: 'warning',
          id: 'sampling_ignored',
          message: `an ONNX model is not sampled with ${ignored.join(', ')}.`,
        }
      const prompt = await tokenizePrompt(request, { tokenizer, template })
      checkLength(prompt.length, spec.maxTokens)
      let begun = performance.now()
      using _place = await line.enter(signal)
      timings.queue = performance.now() - begun
      using cache = decoder.open()
      open.add(cache)
      const ended = Promise.withResolvers<void>()
      running.add(ended.promise)
      try {
        begun = performance.now()
        let logits = new Float32Array()
        for (let at = 0; at < prompt.length; at += PIECE) {
          throwIfAborted(signal)
          const piece = prompt.slice(at, at + PIECE)
          logits = (await read(cache, piece)) as Float32Array<ArrayBuffer>
          usage.input += piece.length
          timings.prefill = performance.now() - begun
        }
        begun = performance.now()
        const sampler = createSampler(resolveSampling(DEFAULT_SAMPLING, request.sampling, spec.sampling))
        const text = createTextDecoder((some, before) => detokenize(tokenizer, some, before))
        const stops = createStopDetector(request.stop)
        const limit = Math.min(request.maxOutputTokens ?? Infinity, spec.maxTokens - prompt.length)
        const written: number[] = []
        let end: 'stop' | 'length' = 'length'
        while (written.length < limit) {
          throwIfAborted(signal)
          const token = sampler.pick(logits, written)
          usage.output++
          timings.decode = performance.now() - begun
          if (ends.has(token)) {
            end = 'stop'
            break
          }
          written.push(token)
          const ready = stops.push(text.push(token))
          if (ready.text) yield { type: 'text-delta', text: ready.text }
          if (ready.stopped) return 'stop'
          if (written.length < limit) logits = (await read(cache, [token])) as Float32Array<ArrayBuffer>
        }
        const last = stops.push(text.end())
        const rest = last.text + (last.stopped ? '' : stops.end())
        if (rest) yield { type: 'text-delta', text: rest }
        return last.stopped ? 'stop' : end
      } finally {
        open.delete(cache)
        running.delete(ended.promise)
        ended.resolve()
      }
    }

    return {
      templateHash: template.hash,
      get msPerToken() {
        return msPerToken
      },
      count: async (prompt) => (await tokenizePrompt(prompt, { tokenizer, template })).length,
      async *write(request, signal) {
        const usage = emptyUsage()
        const timings: Timings = { queue: 0, prefill: 0, decode: 0 }
        let terminal: TerminalPart
        try {
          const finishReason = yield* answer(request, { signal, usage, timings })
          terminal = { type: 'finish', finishReason, usage }
        } catch (thrown) {
          terminal = toTerminal(thrown, { usage, signal })
        }
        if (usage.input > 0) yield { type: 'usage', usage, timings }
        yield terminal
      },
      state: () => ({
        kvBytes: [...open].reduce((sum, { tokens }) => sum + tokens * decoder.kvBytesPerToken, 0),
        running: line.running,
        waiting: line.waiting,
        msPerToken,
      }),
      async release() {
        await Promise.all(running)
        await close()
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

interface Run {
  signal: AbortSignal
  usage: Usage
  timings: Timings
}

const detokenize = ({ tokenizer }: LoadedTokenizer, tokens: readonly number[], before: readonly number[]): string => {
  const text = (some: number[]): string =>
    some.length ? tokenizer.decode(some, { skip_special_tokens: true, clean_up_tokenization_spaces: false }) : ''
  return text([...before, ...tokens]).slice(text([...before]).length)
}

/** What the files name, and what usual chat formats end a turn with: some files only name the end of all text. */
const endTokens = ({ json, tokenizer }: LoadedTokenizer, names: (string | undefined)[], ids: number[]): Set<number> => {
  const special = new Set((json.added_tokens ?? []).map(({ content }) => content))
  const known = [...names, ...TURN_ENDS.filter((name) => special.has(name))]
  return new Set([...ids, ...known.flatMap((name) => (name === undefined ? [] : (tokenizer.token_to_id(name) ?? [])))])
}

const TURN_ENDS = ['<|im_end|>', '<|eot_id|>', '<end_of_turn>', '<|end|>', '<|endoftext|>', '<|end_of_text|>']

const checkLength = (promptTokens: number, limit: number): void => {
  if (promptTokens === 0) throw new RtError({ code: 'invalid_request', message: 'the prompt is empty.' })
  if (promptTokens < limit) return
  throw new RtError({
    code: 'context_overflow',
    message: `the prompt has ${promptTokens} tokens, and the context holds ${limit} (prompt and answer together).`,
    hint: 'Shorten the messages or the retrieved text, or load the model with more maxTokens.',
    data: { promptTokens, limit },
  })
}

const noTemplate = (id: string): RtError =>
  new RtError({
    code: 'model_invalid',
    message: `the model ${id} has no chat template: neither chat_template.jinja nor tokenizer_config.json beside its tokenizer has one.`,
    hint: 'Put tokenizer_config.json beside tokenizer.json, or load the model with a `template` of your own.',
  })
