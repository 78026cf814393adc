import { invalidField } from '../errors/error-response.ts'

const SOURCES = /^(hf|https?|pypi|maven|file|data):/i
const FILES = /\.(gguf|onnx|safetensors|bin)$/i
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._:/@+-]{0,199}$/u

const INSTALLED = 'Use a name of GET /v1/models; files and sources are opened by the rt command only.'

/**
 * A model name as it may come over HTTP: what is installed or configured. Sources and paths are for the command and the
 * library; here any client could open local files or start downloads with them.
 *
 * @throws RtError `invalid_request`.
 */
export const checkModelName = (name: string, hint: string = INSTALLED): string => {
  if (
    NAME.test(name) &&
    !SOURCES.test(name) &&
    !FILES.test(name) &&
    !name.split('/').some((part) => /^\.*$/.test(part))
  )
    return name
  throw invalidField('model', `${JSON.stringify(name.slice(0, 100))} is not a model name.`, hint)
}
