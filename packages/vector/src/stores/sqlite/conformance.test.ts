import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { vectorStoreConformance } from '../../conformance/index.ts'
import { createSqliteStore } from '../../index.ts'

let folder = ''
let files = 0
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'rt-vector-'))))
afterAll(() => rm(folder, { recursive: true }))

vectorStoreConformance(
  { name: 'sqlite', create: ({ clock }) => createSqliteStore({ path: join(folder, `${files++}.db`), clock }) },
  { describe, it, expect },
)
