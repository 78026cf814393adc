import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const CACHE = fileURLToPath(new URL('../../../../../../.cache', import.meta.url))

/** What stands in for a server: the local mode of its Python client, or its own engine in process. */
export type StandIn = 'local' | 'edge'

const PARTS: Record<StandIn, { packages: string; module: string; script: string }> = {
  local: { packages: 'qdrant-client-*[0-9]', module: 'qdrant_client', script: 'local-qdrant.py' },
  edge: { packages: 'qdrant-edge-py-*[0-9]', module: 'qdrant_edge', script: 'edge-qdrant.py' },
}

/** `node tooling/scripts/fetch-qdrant-client.ts` puts its packages there. Undefined when they are not, or do not run here. */
export const findStandIn = (which: StandIn): string | undefined => {
  const { packages, module } = PARTS[which]
  const [folder] = globSync(packages, { cwd: CACHE })
  const path = folder && join(CACHE, folder)
  const runs = path && spawnSync('python3', ['-c', `import ${module}`], { env: { ...process.env, PYTHONPATH: path } })
  return runs && runs.status === 0 ? path : undefined
}

export interface RunningQdrant extends AsyncDisposable {
  readonly url: string
}

/** An empty one, behind HTTP. */
export const startStandIn = async (which: StandIn, packages: string): Promise<RunningQdrant> => {
  const script = fileURLToPath(new URL(PARTS[which].script, import.meta.url))
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' }
  const child = spawn('python3', [script, packages], { env, stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  const port = await new Promise<string>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`${PARTS[which].script} ended with ${code}`)))
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
