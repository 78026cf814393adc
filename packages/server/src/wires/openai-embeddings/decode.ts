import type { JsonObject, PrivacyLabel } from '@rt/core'
import * as z from 'zod'
import { unsupportedField } from '../../errors/error-response.ts'
import { decodeBody, unknownFields, type WireWarning } from '../decode-body.ts'
import { checkModelName } from '../model-name.ts'

const text = z.string().min(1)
const token = z.number()

const schema = z.object({
  model: z.string().nullish(),
  input: z.union([
    text,
    z
      .array(z.union([text, token, z.array(token)]))
      .min(1)
      .max(2048),
  ]),
  encoding_format: z.enum(['float', 'base64']).nullish(),
  dimensions: z.int().min(1).nullish(),
  // Ours: a mistyped label would send what it keeps.
  rt: z.strictObject({ label: z.literal('local-only').nullish() }).nullish(),
})
const KNOWN_FIELDS: ReadonlySet<string> = new Set([...Object.keys(schema.shape), 'user'])

export interface DecodedEmbeddings {
  model: string | undefined
  texts: string[]
  base64: boolean
  /** Asked for: the model's own number is the only one there is. */
  dimensions: number | undefined
  label: PrivacyLabel | undefined
  warnings: WireWarning[]
}

/**
 * The body of POST /v1/embeddings.
 *
 * @throws RtError `invalid_request` or `unsupported`, naming the field.
 */
export const decodeEmbeddings = (body: JsonObject): DecodedEmbeddings => {
  const { model, input, encoding_format: format, dimensions, rt } = decodeBody(schema, body)
  return {
    model: model ? checkModelName(model) : undefined,
    texts: [input].flat().map(onlyText),
    base64: format === 'base64',
    dimensions: dimensions ?? undefined,
    label: rt?.label ?? undefined,
    warnings: unknownFields(body, KNOWN_FIELDS),
  }
}

const onlyText = (input: string | number | number[], index: number): string => {
  if (typeof input === 'string') return input.toWellFormed()
  throw unsupportedField(`input[${index}]`, 'token arrays are of another tokenizer and cannot be read.', 'Send text.')
}
