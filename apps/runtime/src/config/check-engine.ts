import { nearestNames, RtError } from '@rt/core'
import type { EngineSettings, GgufSettings, LocalModelSettings, OnnxSettings } from './engine-settings.ts'
import { shownValue } from './shown.ts'

/**
 * What a program says about the engines: names of options and whole numbers. The engines check the rest.
 *
 * @throws RtError `config_invalid` naming the option.
 */
export const checkEngine = (engine: EngineSettings): void => {
  const { onnx = {}, gguf = {}, models = {} } = engine
  check(['engine'], engine, { onnx: 1, gguf: 1, models: 1 } satisfies Record<keyof EngineSettings, 1>)
  check(['engine', 'onnx'], onnx, ONNX)
  check(['engine', 'gguf'], gguf, GGUF)
  for (const [name, settings] of Object.entries(models)) check(['engine', 'models', name], settings, MODEL)
}

const ONNX = { providers: 1, deviceId: 1, tensorrtCache: 1, threads: 1 } satisfies Record<keyof OnnxSettings, 1>
const GGUF = { threads: 1, kvDiskBytes: 1, speculation: 1 } satisfies Record<keyof GgufSettings, 1>
const MODEL = {
  kind: 1,
  pooling: 1,
  dimensions: 1,
  queryPrefix: 1,
  documentPrefix: 1,
} satisfies Record<keyof LocalModelSettings, 1>

/** The least that each number may be. */
const NUMBERS: Record<string, number> = { threads: 1, deviceId: 0, dimensions: 1, kvDiskBytes: 0 }
const WORDS: Record<string, readonly string[]> = {
  kind: ['chat', 'embed', 'rerank', 'classify'],
  pooling: ['cls', 'mean', 'last'],
}

/** A program may run without its types being checked. */
const check = (path: string[], values: object, known: object): void => {
  for (const [key, value] of Object.entries(values)) {
    const at = [...path, key]
    if (!Object.hasOwn(known, key)) {
      const [near] = nearestNames(key, Object.keys(known))
      throw wrong(
        `${path.join('.')} has no ${JSON.stringify(key)}.`,
        `${near === undefined ? '' : `Did you mean ${near}? `}There are ${Object.keys(known).join(', ')}.`,
      )
    }
    if (value === undefined) continue
    const least = NUMBERS[key]
    if (least !== undefined && !(Number.isSafeInteger(value) && value >= least))
      throw wrong(`${at.join('.')} is ${shownValue(at, value)}.`, `It must be a whole number from ${least} on.`)
    if (key === 'speculation' && typeof value !== 'boolean')
      throw wrong(`${at.join('.')} is ${shownValue(at, value)}.`, 'It must be true or false.')
    const words = WORDS[key]
    if (words && !words.includes(value))
      throw wrong(`${at.join('.')} is ${shownValue(at, value)}.`, `It must be one of ${words.join(', ')}.`)
  }
}

const wrong = (message: string, hint: string): RtError => new RtError({ code: 'config_invalid', message, hint })
