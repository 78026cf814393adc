// Every line here is public API of @rt/inference/openai.
export { createOpenAI } from './create-openai.ts'
export { PRESETS } from './presets.ts'
export type { OpenAIProvider } from './create-openai.ts'
export type { EmbedderFacts, OpenAIOptions } from './options.ts'
export type { Preset, PresetName } from './presets.ts'
export type { Quirks } from './quirks.ts'
