import { readFile } from 'node:fs/promises'
import { type JsonSchema, type OutputFormat, RtError } from '@rt/core'

/** The value of `--format`: `json` for any JSON object, else a file that holds a JSON Schema. */
export const outputFormat = async (value: string | undefined): Promise<OutputFormat | undefined> => {
  if (value === undefined) return undefined
  if (value === 'json') return { type: 'json' }
  const text = await readFile(value, 'utf8').catch((cause: unknown) => {
    throw new RtError({
      code: 'not_found',
      message: `--format: the file "${value}" cannot be read.`,
      hint: 'It is json for any JSON object, or a file with a JSON Schema.',
      cause,
    })
  })
  const schema = parse(value, text)
  if (typeof schema === 'object' && schema !== null && !Array.isArray(schema))
    return { type: 'json', schema: schema as JsonSchema }
  throw new RtError({
    code: 'invalid_request',
    message: `--format: "${value}" is not a JSON Schema: that is a JSON object.`,
    hint: 'For example: {"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}',
  })
}

const parse = (file: string, text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new RtError({
      code: 'invalid_json',
      message: `--format: "${file}" is not JSON: ${(cause as Error).message}.`,
      hint: 'It is json for any JSON object, or a file with a JSON Schema.',
      cause,
    })
  }
}
