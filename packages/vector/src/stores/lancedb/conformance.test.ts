import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { vectorStoreConformance } from '../../conformance/index.ts'
import { createLancedbStore } from './index.ts'

let folder = ''
let stores = 0
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'rt-lancedb-'))))
afterAll(() => rm(folder, { recursive: true }))

vectorStoreConformance(
  { name: 'lancedb', create: ({ clock }) => createLancedbStore({ path: join(folder, `${stores++}`), clock }) },
  { describe, it, expect },
)
