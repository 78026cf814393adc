import { deserializeError } from '@rt/core'
import type { ProgressLine } from '../wires/native/progress-lines.ts'
import type { Link, LinkRequest } from './link.ts'
import { cutOff } from './wire-errors.ts'

/** Long work of the other process, to its report. */
export const follow = async <Progress, Report>(
  link: Link,
  request: LinkRequest,
  onProgress: ((progress: Progress) => void) | undefined,
): Promise<Report> => {
  for await (const line of link.lines<ProgressLine<Progress, Report>>(request)) {
    if (line.type === 'report') return line.report
    if (line.type === 'error') throw deserializeError(line.error)
    const { type: _, ...progress } = line
    onProgress?.(progress as Progress)
  }
  throw cutOff(link.address)
}
