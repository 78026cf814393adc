import { RtError, type StandardIssue } from '@rt/core'

const LISTED = 8

/** The error that tells a model (and a person) which arguments are wrong: path and expectation, never the value. */
export const argumentsError = (tool: string, issues: ReadonlyArray<StandardIssue>): RtError => {
  const lines = issues.slice(0, LISTED).map(({ path, message }) => `${formatPath(path)}: ${message}`)
  if (issues.length > LISTED) lines.push(`and ${issues.length - LISTED} more`)
  return new RtError({
    code: 'tool_arguments',
    message: `the arguments of ${tool} do not match its schema. ${lines.join('; ')}`,
    hint: 'Call the tool again with arguments that match its schema.',
    data: { tool, issues: lines },
  })
}

/** `trips[0].city`; the whole value is `(arguments)`. */
const formatPath = (path: StandardIssue['path']): string => {
  const keys = (path ?? []).map((segment) => (typeof segment === 'object' ? segment.key : segment))
  const text = keys.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
  return text.replace(/^\./, '') || '(arguments)'
}
