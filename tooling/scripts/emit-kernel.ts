// `node tooling/scripts/emit-kernel.ts`: writes the WebAssembly kernel of the flat index anew, after a change of
// packages/vector/src/indexes/flat/kernel/build-kernel.ts. No toolchain is needed; a test compares the files with it.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildKernel } from '../../packages/vector/src/indexes/flat/kernel/build-kernel.ts'
import { kernelModule } from '../../packages/vector/src/indexes/flat/kernel/kernel-module.ts'
import { ROOT } from './pack-check/root.ts'

const folder = join(ROOT, 'packages/vector/src/indexes/flat/kernel')
const bytes = buildKernel()
writeFileSync(join(folder, 'kernel.wasm'), bytes)
writeFileSync(join(folder, 'kernel-bytes.ts'), kernelModule(bytes))
console.log(`kernel.wasm: ${bytes.length} bytes`)
