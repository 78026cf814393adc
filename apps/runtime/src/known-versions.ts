import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkIntegrity } from '@rt/node/sqlite'
import { createRuntime } from './create-runtime.ts'

/**
 * Version of each part's tables that this rt makes, by namespace: read from a data file made for it, since a list would
 * have to be kept.
 */
export const knownVersions = async (): Promise<Record<string, number>> => {
  const data = await mkdtemp(join(tmpdir(), 'rt-versions-'))
  try {
    const runtime = await createRuntime({ data, config: false, embed: false, trace: true })
    try {
      // The table of documents is made by the first ingest, the others at the start.
      await runtime.ingest([])
    } finally {
      await runtime.close()
    }
    return (await checkIntegrity(join(data, 'rt.db'))).versions
  } finally {
    await rm(data, { recursive: true, force: true })
  }
}
