import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const CACHE = fileURLToPath(new URL('../../../../../../.cache', import.meta.url))
const SCRIPT = fileURLToPath(new URL('local-qdrant.py', import.meta.url))

/** `node tooling/scripts/fetch-qdrant-client.ts` puts it there. Undefined when it is not, or there is no Python. */
export const findLocalQdrant = (): string | undefined => {
  const [folder] = globSync('qdrant-client-*[0-9]', { cwd: CACHE })
  const path = folder && join(CACHE, folder)
  return path && spawnSync('python3', ['-c', 'import qdrant_client'], { env: { ...process.env, PYTHONPATH: path } }).status === 0
    ? path
    : undefined
}

export interface LocalQdrant extends AsyncDisposable {
  readonly url: string
}

/** An empty Qdrant in the local mode of its Python client, behind HTTP. */
export const startLocalQdrant = async (folder: string): Promise<LocalQdrant> => {
  const child = spawn('python3', [SCRIPT, folder], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  const port = await new Promise<string>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`local-qdrant.py ended with ${code}`)))
    child.stdout.once('data', (text: Buffer) => resolve(text.toString().trim()))
  })
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      await ended
    },
  }
}
