import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { temporaryStore } from './__fixtures__/temporary-store.ts'

const run = promisify(execFile)
const fixture = (name: string): string => fileURLToPath(new URL(`./__fixtures__/${name}`, import.meta.url))
const start = (script: string, ...rest: string[]): Promise<{ stdout: string; stderr: string }> =>
  run(process.execPath, ['--conditions=@rt/source', script, ...rest])

describe('several processes', () => {
  it('insert the same ids and change the same record, and nothing is doubled or lost', async () => {
    await using temporary = await temporaryStore()
    const collection = await temporary.store.collection('shared')
    await collection.upsert([{ id: 'counts' }])
    const writers = ['a', 'b']
    await Promise.all(writers.map((name) => start(fixture('write-beside.ts'), temporary.path, name)))
    // Read here without opening anew.
    expect(await collection.count()).toBe(1 + 15 + 2 * 15)
    const [counts] = await collection.get(['counts'])
    expect(Object.keys(counts!.metadata!)).toHaveLength(30)
    expect((await collection.describe()).stamp).toMatchObject({ dimensions: 2 })
    expect(await collection.search({ vector: Float32Array.of(1, 0), k: 100 })).toHaveLength(15)
  })

  it('leaves stderr to the program', async () => {
    await using temporary = await temporaryStore()
    const { stdout, stderr } = await start(fixture('make-it-warn.ts'), temporary.path)
    expect(stdout).toBe('searched\n')
    expect(stderr).toBe('')
  })

  it('refuses a write whose file cannot be finished, and keeps all that it acknowledged', async () => {
    await using temporary = await temporaryStore()
    await temporary.store[Symbol.asyncDispose]()
    // Node ignores the signal; a write beyond the limit fails then, as on a full disk.
    const command = 'ulimit -f 500; exec "$0" --conditions=@rt/source "$@"'
    const { stdout } = await run('sh', [
      '-c',
      command,
      process.execPath,
      fixture('write-until-refused.ts'),
      temporary.path,
    ])
    const { code, acknowledged, there, count } = JSON.parse(stdout) as Record<string, unknown>
    expect(['database_error', 'disk_full']).toContain(code)
    expect([there, count]).toEqual([acknowledged, acknowledged])
    expect(await (await (await temporary.reopen()).collection('growing')).count()).toBe(acknowledged)
  })
})
