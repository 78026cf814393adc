import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { RtError } from '@rt/core'
import { identifyFile } from '@rt/node/files'
import { extractEntry } from './read-zip.ts'
import { folderBytes, runClient } from './run-client.ts'
import type { Source } from './source.ts'

/**
 * Files that jars carry, fetched by the user's own Maven with the user's own settings. A repository of our own, thrown away
 * afterwards, tells exactly where the jar lands and leaves the user's as it was; a jar that lies there already is used.
 */
export const maven: Source<'maven'> = async ({ group, artifact, version, path }, request) => {
  const { workspace, home, env, file, signal, onProgress } = request
  const place = join(...group.split('.'), artifact, version)
  const jar = join(place, `${artifact}-${version}.jar`)
  const repositories = [join(home, '.m2', 'repository'), join(workspace, 'm2')] as const
  let found = await firstFile(repositories.map((repository) => join(repository, jar)))
  if (!found) {
    const [usual, own] = repositories
    await mkdir(own, { recursive: true })
    await runClient({
      command: 'mvn',
      args: [
        '-B',
        '-q',
        'dependency:get',
        '-Dtransitive=false',
        `-Dartifact=${group}:${artifact}:${version}`,
        `-Dmaven.repo.local=${own}`,
        // Maven >= 3.9 finds its plugins there; older ones ignore it.
        `-Dmaven.repo.local.tail=${usual}`,
      ],
      cwd: workspace,
      env,
      signal,
      watch: async () => {
        onProgress?.(Math.min(await folderBytes(join(own, place)), file.bytes ?? Infinity), file.bytes ?? 0)
        return await folderBytes(own)
      },
    })
    found = await firstFile([join(own, jar), join(usual, jar)])
  }
  if (!found) throw new RtError({ code: 'download_failed', message: 'Maven delivered no jar.' })
  const to = join(workspace, 'from-jar')
  await extractEntry({ archive: found, entry: path, to, maxBytes: file.bytes ?? Infinity, signal })
  return to
}

const firstFile = async (paths: string[]): Promise<string | undefined> => {
  for (const path of paths) if (await identifyFile(path)) return path
  return undefined
}
