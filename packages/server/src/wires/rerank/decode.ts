import type { JsonObject, PrivacyLabel } from '@rt/core'
import * as z from 'zod'
import { decodeBody, unknownFields, type WireWarning } from '../decode-body.ts'
import { checkModelName } from '../model-name.ts'

const schema = z.object({
  model: z.string().nullish(),
  query: z.string().min(1),
  documents: z
    .array(z.union([z.string(), z.object({ text: z.string() })]))
    .min(1)
    .max(2048),
  top_n: z.int().min(1).nullish(),
  return_documents: z.boolean().nullish(),
  // Ours: a mistyped label would send what it keeps.
  rt: z.strictObject({ label: z.literal('local-only').nullish() }).nullish(),
})
const KNOWN_FIELDS: ReadonlySet<string> = new Set(Object.keys(schema.shape))

export interface DecodedRerank {
  model: string | undefined
  query: string
  documents: string[]
  topK: number | undefined
  /** Put the texts into the answer. */
  echo: boolean
  label: PrivacyLabel | undefined
  warnings: WireWarning[]
}

/**
 * The body of POST /v1/rerank.
 *
 * @throws RtError `invalid_request` or `unsupported`, naming the field.
 */
export const decodeRerank = (body: JsonObject): DecodedRerank => {
  const { model, query, documents, top_n: most, return_documents: echo, rt } = decodeBody(schema, body)
  return {
    model: model ? checkModelName(model) : undefined,
    query: query.toWellFormed(),
    documents: documents.map((one) => (typeof one === 'string' ? one : one.text).toWellFormed()),
    // More than there are is usual, and means all.
    topK: most ? Math.min(most, documents.length) : undefined,
    echo: echo ?? false,
    label: rt?.label ?? undefined,
    warnings: unknownFields(body, KNOWN_FIELDS),
  }
}
