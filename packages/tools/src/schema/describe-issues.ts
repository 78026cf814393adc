import { RtError, type StandardIssue } from '@rt/core'

const LISTED = 8

/** The error that tells a model (and a person) which arguments are wrong: path and expectation, never the value. */
export const argumentsError = (tool: string, issues: ReadonlyArray<StandardIssue>): RtError => {
  const lines = describe(issues, '(arguments)')
  return new RtError({
    code: 'tool_arguments',
    message: `the arguments of ${tool} do not match its schema. ${lines.join('; ')}`,
    hint: 'Call the tool again with arguments that match its schema.',
    data: { tool, issues: lines },
  })
}

/** The error of a tool that does not return what it said it would. */
export const outputError = (tool: string, issues: ReadonlyArray<StandardIssue>): RtError => {
  const lines = describe(issues, '(result)')
  return new RtError({
    code: 'tool_failed',
    message: `what ${tool} returned does not match its outputSchema. ${lines.join('; ')}`,
    hint: 'Correct what the tool returns, or its outputSchema.',
    data: { tool, issues: lines },
  })
}

const describe = (issues: ReadonlyArray<StandardIssue>, whole: string): string[] => [
  ...issues.slice(0, LISTED).map(({ path, message }) => `${formatPath(path) || whole}: ${message}`),
  ...(issues.length > LISTED ? [`and ${issues.length - LISTED} more`] : []),
]

/** `trips[0].city`; nothing for the whole value. */
const formatPath = (path: StandardIssue['path']): string => {
  const keys = (path ?? []).map((segment) => (typeof segment === 'object' ? segment.key : segment))
  const text = keys.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
  return text.replace(/^\./, '')
}
