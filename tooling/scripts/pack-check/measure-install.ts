import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { folderMegabytes } from './folder-megabytes.ts'
import { installTarballs } from './install-tarballs.ts'

/** Most that `npm install @rt/runtime` may put on a disk. Red above it. */
export const RUNTIME_MEGABYTES = 600

const LIMIT_MS = 90_000

/**
 * What a user's `npm install @rt/runtime` costs, install scripts included. onnxruntime-node's script fetches CUDA
 * libraries on Linux x64 unless `ONNXRUNTIME_NODE_INSTALL=skip`; it may be slow or fail, so the time is limited.
 */
export const measureInstall = async (
  tarballs: Record<string, string>,
  { skipCuda }: { skipCuda: boolean },
): Promise<{ megabytes: number; seconds: number; code: number | null; output: string; timedOut: boolean }> => {
  const folder = mkdtempSync(join(tmpdir(), 'rt-measure-'))
  try {
    const { code, seconds, output, timedOut } = await installTarballs(folder, ['@rt/runtime'], {
      tarballs,
      scripts: true,
      timeoutMs: LIMIT_MS,
      ...(skipCuda && { env: { ONNXRUNTIME_NODE_INSTALL: 'skip' } }),
    })
    return {
      megabytes: code === 0 ? folderMegabytes(join(folder, 'node_modules')) : 0,
      seconds,
      code,
      output,
      timedOut,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
