import type { Ajv, Options, ValidateFunction } from 'ajv'
import { type JsonSchema, RtError } from '@rt/core'
import { FORMATS } from './formats.ts'
import type { SafePattern } from './safe-pattern.ts'

export type DraftName = '2020-12' | 'draft-07'

export interface Draft {
  /** What the draft itself finds wrong with a schema. */
  problemsOf(schema: JsonSchema): string | undefined
  compile(schema: JsonSchema, toPattern: (pattern: string) => SafePattern): ValidateFunction
}

type Drafts = Record<DraftName, Draft>

let drafts: Promise<Drafts> | undefined

/** Loads Ajv, once. */
export const loadDrafts = (): Promise<Drafts> => (drafts ??= load())

const load = async (): Promise<Drafts> => {
  const [{ Ajv2020 }, { Ajv: Ajv07 }] = await Promise.all([import('ajv/dist/2020.js'), import('ajv')])
  return {
    '2020-12': createDraft((options) => new Ajv2020(options)),
    // There, what stands beside a reference counts for nothing.
    'draft-07': createDraft((options) => new Ajv07({ ...options, ignoreKeywordsWithRef: true })),
  }
}

const createDraft = (create: (options: Options) => Ajv): Draft => {
  let meta: Ajv | undefined
  return {
    problemsOf(schema) {
      meta ??= create({ strict: false, validateFormats: false, logger: false })
      return meta.validateSchema(schema) === true ? undefined : meta.errorsText(meta.errors, { dataVar: 'schema' })
    },
    // An instance for each schema: it keeps all that it ever compiled, and half of it when its time is up.
    compile: (schema, toPattern) =>
      create({
        allErrors: true,
        strict: false,
        meta: false,
        validateSchema: false,
        formats: { ...FORMATS },
        // What an object inherits is not what a model wrote.
        ownProperties: true,
        // Else a schema referred to a thousand times is written out a thousand times.
        inlineRefs: false,
        // 0.07 is a multiple of 0.01, also where the quotient of both doubles is not quite 7.
        multipleOfPrecision: 6,
        logger: false,
        code: { optimize: false, regExp: Object.assign(toPattern, { code: 'toPattern' }) },
      }).compile(schema),
  }
}

/**
 * The draft a schema is written in: `$schema` says, else 2020-12, and draft-07 where it is one of that only.
 *
 * @throws RtError `schema_unsupported` for another draft, and for a schema its draft does not allow.
 */
export const draftOf = (
  schema: JsonSchema,
  { '2020-12': latest, 'draft-07': older }: Drafts,
  name: string,
): DraftName => {
  const { $schema: said, ...rest } = schema
  const named = typeof said === 'string' ? nameOf(said) : undefined
  const problems = (named === 'draft-07' ? older : latest).problemsOf(rest)
  if ((said === undefined || named) && !problems) return named ?? '2020-12'
  if (said === undefined && !older.problemsOf(rest)) return 'draft-07'
  throw new RtError({
    code: 'schema_unsupported',
    message:
      said !== undefined && !named
        ? `the schema of ${name} is written in ${JSON.stringify(said)}, which rt does not know.`
        : `the schema of ${name} is no JSON Schema: ${problems}.`,
    hint: 'Use JSON Schema 2020-12 or draft-07.',
  })
}

const nameOf = (said: string): DraftName | undefined => {
  const uri = said.replace(/^https?:\/\//, '').replace(/#$/, '')
  if (uri === 'json-schema.org/draft/2020-12/schema') return '2020-12'
  // Draft-07 only added to draft-06.
  return uri === 'json-schema.org/draft-07/schema' || uri === 'json-schema.org/draft-06/schema' ? 'draft-07' : undefined
}
