import { isAbsolute, join, resolve } from 'node:path'
import { RtError } from '@rt/core'
import { readGgufHeader } from '../driver-kit/gguf/read-gguf-header.ts'
import { readOnnxPath } from './onnx-path.ts'
import { type ModelfileLine, parseModelfile, refused } from './parse-modelfile.ts'
import { readParameters } from './read-parameters.ts'
import type { ModelPreset } from './types.ts'
import type { UserModel } from './user-names.ts'

export interface ReadModelfile extends UserModel {
  /** What of it is not used, a sentence each. */
  warnings: string[]
}

/**
 * What a Modelfile of Ollama lays down, in our words.
 *
 * @param folder where its relative paths begin.
 * @throws RtError `invalid_request` naming the line, `unsupported` (Safetensors), `model_invalid` (an adapter that is none).
 */
export const readModelfile = async (
  text: string,
  { folder = process.cwd(), home }: { folder?: string | undefined; home: string },
): Promise<ReadModelfile> => {
  const lines = parseModelfile(text)
  const all = (command: string): ModelfileLine[] => lines.filter((line) => line.command === command)
  const [from, second] = all('FROM')
  if (!from) throw refused(1, 'there is no FROM, which says what model it is')
  if (second) throw refused(second.line, 'a second FROM: models that see images cannot be made here')
  const pathOf = (value: string): string => {
    const path = value.replace(/^~(?=[/\\])/, home)
    return isAbsolute(path) ? path : resolve(join(folder, path))
  }
  const parameters = all('PARAMETER').map(({ key = '', value }) => [key, value] as const)
  const { sampling, preset: read, ignored, wrong } = readParameters(parameters)
  const bad = all('PARAMETER').find(({ key = '' }) => wrong.has(key))
  if (bad)
    throw refused(
      bad.line,
      `${bad.key} takes ${wrong.get(bad.key!)}, not ${JSON.stringify(bad.value.slice(0, 40))}`,
      NUMBERS,
    )
  const template = all('TEMPLATE').at(-1)?.value
  const isJinja = template?.includes('{%') ?? false
  const system = all('SYSTEM').at(-1)?.value
  const licence = all('LICENSE').at(0)?.value
  const preset: ModelPreset = {
    ...read,
    ...(system !== undefined && { system }),
    ...(isJinja && { template }),
    ...messagesOf(all('MESSAGE')),
    ...(await adaptersOf(all('ADAPTER'), pathOf)),
  }
  return {
    model: modelOf(from, pathOf),
    ...(Object.keys(sampling).length > 0 && { sampling }),
    ...(Object.keys(preset).length > 0 && { preset }),
    ...(licence && { licence: firstWords(licence) }),
    warnings: [
      ...(template !== undefined && !isJinja ? [GO_TEMPLATE] : []),
      ...(ignored.length > 0 ? [`Not used, since nothing here answers to it: ${ignored.join(', ')}.`] : []),
    ],
  }
}

const GO_TEMPLATE =
  "TEMPLATE is not used: it is written for Go and cannot run here; the model file's own template (Jinja) is."

const NUMBERS = 'Write it as PARAMETER temperature 0.7, or PARAMETER num_ctx 4096, which is a whole number.'

/** `hf.co/owner/repo:Q4_K_M` is how Ollama names a repository of the hub. */
const modelOf = ({ value, line }: ModelfileLine, pathOf: (value: string) => string): string => {
  const hub = /^(?:https?:\/\/)?(?:hf\.co|huggingface\.co)\/([^/]+\/[^/:]+(?::[\w-]+)?)$/i.exec(value)?.[1]
  if (hub) return `hf:${hub}`
  const isFolder = value === '.' || /[/\\]$/.test(value)
  if (isFolder && readOnnxPath(pathOf(value))?.choices.length) return pathOf(value)
  if (isFolder || /\.safetensors$/i.test(value))
    throw new RtError({
      code: 'unsupported',
      message: `line ${line} of the Modelfile: FROM names a folder without an .onnx file, or a Safetensors file.`,
      hint: 'Convert it to GGUF with convert_hf_to_gguf.py of llama.cpp, and name that file.',
    })
  return /^(?:\.{0,2}[/\\]|~[/\\])/.test(value) || isAbsolute(value) || /\.(?:gguf|onnx)$/i.test(value)
    ? fileOf(value, pathOf)
    : value
}

const fileOf = (value: string, pathOf: (value: string) => string): string =>
  /^(?:hf|https|ollama):/.test(value) ? value : pathOf(value)

const ROLES = ['system', 'user', 'assistant'] as const

const messagesOf = (lines: ModelfileLine[]): Pick<ModelPreset, 'messages'> => {
  const messages = lines.map(({ key, value, line }) => {
    const role = ROLES.find((name) => name === key)
    if (!role) throw refused(line, `MESSAGE of ${JSON.stringify(key)}: it is of system, user or assistant`)
    return { role, text: value }
  })
  return messages.length > 0 ? { messages } : {}
}

const adaptersOf = async (
  lines: ModelfileLine[],
  pathOf: (value: string) => string,
): Promise<Pick<ModelPreset, 'adapters'>> => {
  const adapters: { path: string; scale: number }[] = []
  for (const { value, line } of lines) {
    const path = pathOf(value)
    const header = await readGgufHeader(path).catch((error: unknown) => {
      if (RtError.isInstance(error)) throw error
      throw refused(
        line,
        `the adapter ${JSON.stringify(value)} cannot be opened`,
        'Check the path; a relative one begins at the folder of the Modelfile.',
      )
    })
    if (header.metadata.get('general.type') !== 'adapter')
      throw refused(
        line,
        `${JSON.stringify(value)} is a GGUF file and no adapter`,
        'Make one of a LoRA with convert_lora_to_gguf.py of llama.cpp.',
      )
    adapters.push({ path, scale: 1 })
  }
  return adapters.length > 0 ? { adapters } : {}
}

const firstWords = (text: string): string => text.trim().split('\n')[0]!.trim().slice(0, 60)
