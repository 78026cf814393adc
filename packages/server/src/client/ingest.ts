import type { IngestOptions, IngestProgress, IngestReport } from '@rt/core'
import { follow } from './follow.ts'
import type { Link } from './link.ts'

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
  return follow<IngestProgress, IngestReport>(link, { method: 'POST', path: '/rt/ingest', body, signal }, onProgress)
}

/** Relative paths are of this process: the other one has a working folder of its own. */
export const absolute = (path: string): string => process.getBuiltinModule('node:path').resolve(path)
