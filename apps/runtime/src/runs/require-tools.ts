import { RtError, type Tool } from '@rt/core'
import type { RunRequest } from '../run-request.ts'
import type { Asked } from './asked.ts'

/**
 * Tools that a program gave with its turn are functions of that program: whoever goes on with it in another process has to
 * give them again.
 *
 * @throws RtError `unsupported` naming those that are missing.
 */
export const requireTools = (id: string, asked: Asked, request: RunRequest, given: Tool[] | undefined): RunRequest => {
  const names = asked.type === 'own' && !given ? (asked.given ?? []) : []
  const missing = names.filter((name) => !request.tools?.some((tool) => tool.name === name))
  if (missing.length === 0) return request
  throw new RtError({
    code: 'unsupported',
    message: `run ${id} was given tools by the program that began it, and they are not here: ${missing.join(', ')}.`,
    hint: 'Go on with it there: rt.runs.resume(id, { tools }). Tools of the app are known everywhere.',
    data: { run: id },
  })
}
