import type { ErrorObject } from 'ajv'
import { type JsonSchema, RtError, type StandardIssue, type StandardResult } from '@rt/core'
import { checkSize } from './check-size.ts'
import { draftOf, loadDrafts } from './drafts.ts'
import { patternsOf, relaxPatterns } from './relax-patterns.ts'
import { compileSafePattern, type SafePattern } from './safe-pattern.ts'
import { allSchemas } from './walk-schema.ts'
import { withBudget } from './with-budget.ts'

export type Validator = (value: unknown) => StandardResult<unknown>

/** Of compiling, and of one check. */
const BUDGET_MS = 1000
/** From here on a check gets a budget, which costs it 0.1 ms. */
const LARGE = 200
const LISTED = 20

/**
 * A validator of JSON Schema 2020-12 and draft-07 by Ajv, which is loaded on first use. References are resolved inside the
 * schema only: nothing is ever fetched. The formats of `formats.ts` are checked; patterns run in RE2, and one it cannot
 * express is not checked, with a warning of Node.
 *
 * @throws RtError `schema_unsupported` when the schema is wrong, too large, or takes longer than 1 s to compile; the
 *   validator throws it for a value that takes longer than 1 s to check.
 */
export const compileJsonSchema = async (schema: JsonSchema, name: string): Promise<Validator> => {
  const nodes = checkSize(schema, name)
  const [drafts, { RE2JS }] = await Promise.all([loadDrafts(), import('re2js')])
  const patterns = new Map<string, SafePattern | undefined>()
  const validate = guarded(name, 'compile', () => {
    for (const inner of allSchemas(schema))
      for (const pattern of patternsOf(inner)) patterns.set(pattern, compileSafePattern(RE2JS, pattern))
    const isChecked = (pattern: string): boolean => patterns.get(pattern) !== undefined
    const unchecked = [...patterns.keys()].filter((pattern) => !isChecked(pattern))
    warn(unchecked, name)
    const draft = drafts[draftOf(schema, drafts, name)]
    const { $schema: _, ...checked } = unchecked.length > 0 ? relaxPatterns(schema, isChecked) : schema
    const toPattern = (pattern: string): SafePattern => patterns.get(pattern) ?? compileSafePattern(RE2JS, pattern)!
    return draft.compile(checked, toPattern)
  })
  const check: Validator = (value) =>
    validate(value) ? { value } : { issues: (validate.errors ?? []).map((error) => toIssue(error)) }
  const isSlow = nodes > LARGE || [...allSchemas(schema)].some(canBeSlow)
  return isSlow ? (value) => guarded(name, 'check', () => check(value)) : check
}

/** References can repeat without end what is written once; the others take time for each character, or pair of items. */
const canBeSlow = (schema: JsonSchema): boolean =>
  ['$ref', '$dynamicRef', 'uniqueItems', 'pattern', 'patternProperties'].some((keyword) => keyword in schema)

const guarded = <T>(name: string, what: 'compile' | 'check', work: () => T): T => {
  const late = (): RtError =>
    new RtError({
      code: 'schema_unsupported',
      message:
        what === 'compile'
          ? `the schema of ${name} takes longer than ${BUDGET_MS} ms to compile.`
          : `the arguments take longer than ${BUDGET_MS} ms to check by the schema of ${name}.`,
      hint: 'Make it simpler: fewer branches that refer to each other, or pass a validate function.',
    })
  try {
    return withBudget(work, { ms: BUDGET_MS, late })
  } catch (cause) {
    if (RtError.isInstance(cause)) throw cause
    throw new RtError({
      code: 'schema_unsupported',
      message: `the schema of ${name} does not compile: ${cause instanceof Error ? cause.message : String(cause)}`,
      hint: 'Use JSON Schema 2020-12 or draft-07 with references inside the schema only, or pass a validate function.',
      cause,
    })
  }
}

const warn = (patterns: string[], name: string): void => {
  if (patterns.length === 0) return
  process.emitWarning(
    `the schema of ${name} has patterns that RE2 cannot express, and they are not checked: ${patterns.join(' ')}`,
    { type: 'RtWarning', code: 'RT_PATTERN_NOT_CHECKED' },
  )
}

const toIssue = ({ instancePath, keyword, message = 'does not match', params }: ErrorObject): StandardIssue => {
  const path = instancePath
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((segment) => (/^\d+$/.test(segment) ? Number(segment) : segment))
  if (keyword === 'enum') return { path, message: `must be one of ${listed(params['allowedValues'] as unknown[])}` }
  if (keyword === 'additionalProperties')
    return { path, message: `must not have the property '${params['additionalProperty']}'` }
  return { path, message }
}

const listed = (values: unknown[]): string =>
  values.length > LISTED
    ? `${JSON.stringify(values.slice(0, LISTED))} and ${values.length - LISTED} more`
    : JSON.stringify(values)
