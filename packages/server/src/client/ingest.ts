import { deserializeError, type IngestOptions, type IngestReport } from '@rt/core'
import type { IngestLine } from '../wires/native/ingest-lines.ts'
import type { Link } from './link.ts'
import { cutOff } from './wire-errors.ts'

/** An ingest by the other process, which reads the files itself. */
export const ingest = async (
  link: Link,
  paths: string | string[],
  { prune, label, onProgress, signal }: Omit<IngestOptions, 'principal'> = {},
): Promise<IngestReport> => {
  const body = {
    paths: [paths].flat().map(absolute),
    ...(prune !== undefined && { prune }),
    ...(label !== undefined && { label }),
  }
  for await (const line of link.lines<IngestLine>({ method: 'POST', path: '/rt/ingest', body, signal })) {
    if (line.type === 'report') return line.report
    if (line.type === 'error') throw deserializeError(line.error)
    const { type: _, ...progress } = line
    onProgress?.(progress)
  }
  throw cutOff(link.address)
}

/** Relative paths are of this process: the other one has a working folder of its own. */
export const absolute = (path: string): string => process.getBuiltinModule('node:path').resolve(path)
