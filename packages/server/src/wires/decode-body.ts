import type { JsonObject } from '@rt/core'
import type * as z from 'zod'
import { invalidField } from '../errors/error-response.ts'

/** A warning as it goes back to the client in `rt.warnings`. */
export interface WireWarning {
  id: string
  message: string
}

/**
 * Checks a body against a schema.
 *
 * @throws RtError `invalid_request` naming the first wrong field as clients write it: `messages[2].content`.
 */
export const decodeBody = <Output>(schema: z.ZodType<Output>, body: JsonObject): Output => {
  const result = schema.safeParse(body)
  if (result.success) return result.data
  const { path, message } = innermost(result.error.issues[0]!)
  throw invalidField(fieldName(path), `${message}.`)
}

/** Fields nobody reads: they are accepted, and said to have no effect (ten at most, the sender chose the names). */
export const unknownFields = (body: JsonObject, known: ReadonlySet<string>, prefix = ''): WireWarning[] =>
  Object.keys(body)
    .filter((field) => !known.has(field) && body[field] !== null)
    .slice(0, 10)
    .map((field) => ({
      id: 'unknown_field',
      message: `${prefix}${field.slice(0, 64)} is not known here and has no effect`,
    }))

export const fieldName = (path: ReadonlyArray<PropertyKey>): string =>
  path.reduce<string>((name, key) => {
    if (typeof key === 'number') return `${name}[${key}]`
    return name ? `${name}.${String(key)}` : String(key)
  }, '') || 'body'

/** Of a failed union the branch that got furthest: "content[0].text is missing" says more than "not a string". */
const innermost = (issue: z.core.$ZodIssue): { path: PropertyKey[]; message: string } => {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return issue
  const deepest = issue.errors
    .flatMap(([first]) => (first ? [innermost(first)] : []))
    .reduce<{ path: PropertyKey[]; message: string } | undefined>(
      (best, next) => (!best || next.path.length > best.path.length ? next : best),
      undefined,
    )
  if (!deepest || deepest.path.length === 0)
    return { path: issue.path, message: expectedOneOf(issue.errors) ?? issue.message }
  return { path: [...issue.path, ...deepest.path], message: deepest.message }
}

const expectedOneOf = (errors: z.core.$ZodIssue[][]): string | undefined => {
  const kinds = errors.flatMap(([first]) => (first && 'expected' in first ? [String(first.expected)] : []))
  return kinds.length ? `Invalid input: expected ${kinds.join(' or ')}` : undefined
}
