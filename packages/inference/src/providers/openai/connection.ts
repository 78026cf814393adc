import { RtError } from '@rt/core'
import type { OpenAIOptions } from './options.ts'
import { type Preset, PRESETS } from './presets.ts'
import type { Quirks } from './quirks.ts'

/** Options with everything settled that nobody said. */
export interface Connection {
  id: string
  /** Read at the first call: a key that comes later is still found. */
  apiKey(): string | undefined
  /** Where it is found when nobody gives it. */
  keyVariable: string | undefined
  baseURL: string
  headers: Record<string, string>
  timeoutMs: number
  idleMs: number
  api: 'chat' | 'responses'
  quirks: Quirks
  contextTokens: number
  options: OpenAIOptions
}

export const toConnection = (options: OpenAIOptions): Connection => {
  const name = options.preset ?? 'openai'
  const preset: Preset | undefined = Object.hasOwn(PRESETS, name) ? PRESETS[name] : undefined
  if (!preset)
    throw new RtError({
      code: 'invalid_request',
      message: `there is no preset ${JSON.stringify(name)}.`,
      hint: `Presets: ${Object.keys(PRESETS).join(', ')}. Any other API: give baseURL and, where it differs, quirks.`,
    })
  const baseURL = options.baseURL ?? fromEnvironment(preset.baseURLVariable) ?? preset.baseURL
  if (!/^https?:$/.test(URL.parse(baseURL)?.protocol ?? ''))
    throw new RtError({
      code: 'invalid_request',
      message: `the base URL ${JSON.stringify(baseURL)} is not an http or https address.`,
      hint: `It looks like ${preset.baseURL}.`,
    })
  return {
    id: options.id ?? name,
    baseURL: baseURL.replace(/\/+$/, ''),
    apiKey() {
      // The variable holds a key of the preset's own host: another address gets it only when told so.
      const key = options.apiKey ?? (options.baseURL ? undefined : fromEnvironment(preset.keyVariable))
      if (key || !preset.keyVariable || options.baseURL) return key
      throw new RtError({
        code: 'unauthorized',
        message: `there is no key for ${options.id ?? name}.`,
        hint: `Set ${preset.keyVariable}, or give apiKey (api_key in config.toml).`,
        data: { provider: options.id ?? name },
      })
    },
    // At another address its key is no help.
    keyVariable: options.baseURL ? undefined : preset.keyVariable,
    headers: options.headers ?? {},
    timeoutMs: options.timeoutMs ?? 120_000,
    idleMs: options.idleMs ?? 120_000,
    api: options.api ?? 'chat',
    quirks: { ...preset.quirks, ...options.quirks },
    contextTokens: preset.contextTokens,
    options,
  }
}

const fromEnvironment = (variable: string | undefined): string | undefined =>
  (variable && process.env[variable]) || undefined
