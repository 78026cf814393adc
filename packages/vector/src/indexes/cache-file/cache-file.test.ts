import { execFileSync, spawnSync } from 'node:child_process'
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { RtError } from '@rt/core'
import { describe, expect, test, vi } from 'vitest'
import { createRandom } from '../../__fixtures__/random.ts'
import { clustered } from '../__fixtures__/clustered.ts'
import { endToEnd } from '../__fixtures__/end-to-end.ts'
import { metaOf } from '../__fixtures__/meta-of.ts'
import { temporaryFolder } from '../__fixtures__/temporary-folder.ts'
import { loadDriver } from '../load-driver.ts'
import type { GraphDriver, GraphIndex, GraphKind, GraphOptions } from '../types.ts'
import type { IndexMeta } from './index-meta.ts'
import { readIndexFile } from './read-index-file.ts'
import { removeIndexFiles, savedIndexes } from './remove-index-files.ts'
import { writeIndexFile } from './write-index-file.ts'

/** The n-th call of one of these fails. */
const faults = vi.hoisted(() => ({ at: 0, calls: 0, code: 'EIO' }))
vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs')>()
  const failing =
    <Arguments extends unknown[], Result>(action: (...given: Arguments) => Result) =>
    (...given: Arguments): Result => {
      if (++faults.calls === faults.at) throw Object.assign(new TypeError(faults.code), { code: faults.code })
      return action(...given)
    }
  return {
    ...fs,
    fsyncSync: failing(fs.fsyncSync),
    renameSync: failing(fs.renameSync),
    writeFileSync: failing(fs.writeFileSync as (path: string, data: Uint8Array) => void),
    readSync: failing(fs.readSync),
  }
})

const OPTIONS: GraphOptions = { dimensions: 8, metric: 'l2', precision: 'f32' }
const SIZE = 60

const drivers: GraphDriver[] = []
for (const kind of ['usearch', 'hnsw'] as const) {
  const loaded = await loadDriver(kind)
  if ('driver' in loaded) drivers.push(loaded.driver)
}
const [usearch] = drivers as [GraphDriver]

const build = (driver: GraphDriver, seed: number): GraphIndex => {
  const index = driver.create({ ...OPTIONS, capacity: SIZE })
  index.add(
    Uint32Array.from({ length: SIZE }, (_, i) => i),
    endToEnd(clustered(SIZE, OPTIONS.dimensions, seed)),
  )
  return index
}

const write = (folder: string, name: string, index: GraphIndex, change: Partial<IndexMeta> = {}): void =>
  writeIndexFile(folder, name, { ...metaOf(index, OPTIONS), ...change }, (path) => index.save(path))

const graphOf = (folder: string, name: string): string =>
  join(
    folder,
    readdirSync(folder).find((file) => file.startsWith(`${name}.`) && file.endsWith('.graph'))!,
  )

describe.each(drivers.map((driver): [GraphKind, GraphDriver] => [driver.kind, driver]))('%s', (_, driver) => {
  test('comes back as it was saved, private, and nothing stays beside it', () => {
    const folder = join(temporaryFolder(), 'rt.db-index')
    using index = build(driver, 1)
    expect(readIndexFile(folder, 'c1')).toBeUndefined()
    write(folder, 'c1', index, { version: 1 })
    write(folder, 'c1', index)
    const files = readdirSync(folder)
    expect(files.toSorted()).toEqual([expect.stringMatching(/^c1\.\w+\.graph$/), 'c1.meta'])
    for (const file of files) expect(statSync(join(folder, file)).mode & 0o077).toBe(0)
    const found = readIndexFile(folder, 'c1') as { meta: IndexMeta; graphPath: string }
    expect(found.meta).toEqual(metaOf(index, OPTIONS))
    using loaded = driver.load(found.graphPath, { ...OPTIONS, size: found.meta.size })
    const [query] = clustered(1, OPTIONS.dimensions, 9) as [Float32Array]
    expect(loaded.search(query, 10, { ef: 64 })).toEqual(index.search(query, 10, { ef: 64 }))
    // What a caller gets wrong is told, and not read as something else.
    expect(() => driver.load(found.graphPath, { ...OPTIONS, dimensions: 9, size: SIZE })).toThrow(RtError)
    expect(() => driver.load(found.graphPath, { ...OPTIONS, size: SIZE - 1 })).toThrow(/holds 60 vectors/)
  })

  test('a flipped byte anywhere is noticed before native code sees it', () => {
    const folder = temporaryFolder()
    using index = build(driver, 1)
    write(folder, 'c1', index)
    const random = createRandom(3)
    const sweep = (path: string, places: Iterable<number>): void => {
      const good = readFileSync(path)
      const file = openSync(path, 'r+')
      for (const place of places) {
        writeSync(file, Buffer.of(good[place]! ^ (1 << Math.floor(random() * 8))), 0, 1, place)
        const found = readIndexFile(folder, 'c1')
        expect(found && 'damaged' in found && found.damaged).toMatch(/checksum/)
        writeSync(file, good, place, 1, place)
      }
      closeSync(file)
      for (const length of [0, 1, 15, 16, 19, good.length >> 1, good.length - 1]) {
        writeFileSync(path, good.subarray(0, length))
        expect(readIndexFile(folder, 'c1')).toHaveProperty('damaged')
      }
      writeFileSync(path, Buffer.concat([good, Buffer.of(0)]))
      expect(readIndexFile(folder, 'c1')).toHaveProperty('damaged')
      writeFileSync(path, good)
    }
    const meta = join(folder, 'c1.meta')
    sweep(
      meta,
      Array.from({ length: statSync(meta).size }, (__, i) => i),
    )
    const graph = graphOf(folder, 'c1')
    sweep(
      graph,
      Array.from({ length: 1000 }, () => Math.floor(random() * statSync(graph).size)),
    )
    expect(readIndexFile(folder, 'c1')).toHaveProperty('graphPath')
    rmSync(graph)
    expect(readIndexFile(folder, 'c1')).toEqual({ damaged: expect.stringContaining('no such file') })
  })

  test('swapped files are noticed', () => {
    const folder = temporaryFolder()
    using one = build(driver, 1)
    using two = build(driver, 2)
    write(folder, 'c1', one)
    write(folder, 'c2', two)
    const swap = (a: string, b: string): void => {
      renameSync(a, `${a}.x`)
      renameSync(b, a)
      renameSync(`${a}.x`, b)
    }
    const graphs = [graphOf(folder, 'c1'), graphOf(folder, 'c2')] as const
    swap(...graphs)
    expect(readIndexFile(folder, 'c1')).toEqual({ damaged: 'the checksum of its graph is wrong' })
    swap(...graphs)
    swap(join(folder, 'c1.meta'), join(folder, 'c2.meta'))
    expect(readIndexFile(folder, 'c1')).toEqual({ damaged: 'it was saved as c2' })
    expect(readIndexFile(folder, 'c2')).toEqual({ damaged: 'it was saved as c1' })
  })

  test('a disk error at any call leaves the index saved before', () => {
    const folder = temporaryFolder()
    using one = build(driver, 1)
    using two = build(driver, 2)
    let before: string[] = []
    const begin = (): void => {
      rmSync(folder, { recursive: true, force: true })
      mkdirSync(folder)
      write(folder, 'c1', one, { version: 1 })
      before = readdirSync(folder)
    }
    let failures = 0
    for (const [code, expected] of [
      ['EIO', 'internal'],
      ['ENOSPC', 'disk_full'],
      ['EROFS', 'read_only'],
    ] as const)
      for (let at = 1; ; at++) {
        begin()
        Object.assign(faults, { at, calls: 0, code })
        let failure: Error | undefined
        try {
          write(folder, 'c1', two, { version: 2 })
        } catch (error) {
          failure = error as Error
        }
        Object.assign(faults, { at: 0 })
        if (failure === undefined) break
        failures++
        expect(failure).toMatchObject({ name: 'RtError', code: expected })
        const found = readIndexFile(folder, 'c1')
        // Only the last step, the sync of the folder, comes when the new one is there already.
        if ((found as { meta: IndexMeta }).meta.version === 2) expect(failure.message).toContain('made durable')
        else expect(readdirSync(folder)).toEqual(before)
      }
    expect(failures).toBeGreaterThan(3 * 6)
  })

  const mounts = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0
  test.skipIf(!mounts)('a full disk is told, and the index saved before is whole (needs user namespaces)', () => {
    const folder = temporaryFolder()
    const script = new URL('../__fixtures__/save-until-full.ts', import.meta.url).pathname
    const mounted = ['-rm', 'sh', '-c', `mount -t tmpfs -o size=700k none '${folder}'; exec "$@"`, 'sh']
    const command = [process.execPath, '--conditions=@rt/source', script, driver.kind, folder]
    const env = { ...process.env, NODE_OPTIONS: '' }
    const output = execFileSync('unshare', [...mounted, ...command], { encoding: 'utf8', env })
    expect(JSON.parse(output)).toEqual({ code: 'disk_full', direct: 'disk_full', saves: true, before: true, files: 2 })
  })
})

test('a file that a library left unfinished is an error', () => {
  const folder = temporaryFolder()
  using index = build(usearch, 1)
  const path = join(folder, 'no', 'graph')
  expect(() => index.save(path)).toThrow(expect.objectContaining({ code: 'not_found' }))
  write(folder, 'c1', index)
  expect(() =>
    writeIndexFile(folder, 'c1', metaOf(index, OPTIONS), () => {
      throw new RtError({ code: 'unsupported', message: 'not now' })
    }),
  ).toThrow(expect.objectContaining({ code: 'unsupported' }))
  expect(readIndexFile(folder, 'c1')).toHaveProperty('meta')
})

test('what is left over goes, what belongs to others stays', () => {
  const folder = temporaryFolder()
  using index = build(usearch, 1)
  write(folder, 'c1', index)
  write(folder, 'c1-2', index)
  for (const file of ['c1.0a.graph', 'c1.0b.tmp', 'c3.0a.graph'])
    copyFileSync(graphOf(folder, 'c1-2'), join(folder, file))
  writeFileSync(join(folder, 'notes.txt'), 'mine')
  writeFileSync(join(folder, 'c1.ef.json'), '{}')
  write(folder, 'c1', index)
  expect(readdirSync(folder).filter((file) => file.startsWith('c1.'))).toHaveLength(3)
  expect(savedIndexes(folder).toSorted()).toEqual(['c1', 'c1-2', 'c3'])
  removeIndexFiles(folder, 'c3')
  removeIndexFiles(folder, 'c1')
  expect(savedIndexes(folder)).toEqual(['c1-2'])
  expect(readIndexFile(folder, 'c1-2')).toHaveProperty('meta')
  expect(readFileSync(join(folder, 'notes.txt'), 'utf8')).toBe('mine')
  expect(savedIndexes(join(folder, 'no'))).toEqual([])
  expect(() => readIndexFile(folder, '../c1')).toThrow(RtError)
})
