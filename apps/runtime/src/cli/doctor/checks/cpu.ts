import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { availableParallelism, cpus } from 'node:os'
import { promisify } from 'node:util'
import type { Check } from '../check.ts'

/** What makes a model on the CPU faster, best last; names as Linux has them. */
const WANTED: Record<string, readonly string[]> = {
  x64: ['avx', 'f16c', 'fma', 'avx2', 'avx512f', 'avx512_vnni', 'avx512_bf16', 'amx_int8'],
  arm64: ['asimd', 'asimddp', 'i8mm', 'bf16', 'sve'],
}
const NEEDED: Record<string, string> = { x64: 'avx2', arm64: 'asimd' }
const NAMES: Record<string, string> = { asimd: 'neon', asimddp: 'dotprod', avx512f: 'avx512' }

export const cpu: Check = {
  section: 'machine',
  name: 'cpu',
  async run({ signal }) {
    const cores = `${cpus()[0]?.model.trim() || process.arch}, ${availableParallelism()} cores`
    const features = await cpuFeatures(signal)
    if (!features) return { name: 'cpu', state: 'ok', detail: `${cores}; its features are not told by this system` }
    const found = (WANTED[process.arch] ?? []).filter((name) => features.has(name))
    const detail = `${cores}: ${found.map((name) => NAMES[name] ?? name).join(' ') || 'no vector units we know'}`
    const needed = NEEDED[process.arch]
    if (needed === undefined || features.has(needed)) return { name: 'cpu', state: 'ok', detail }
    return {
      name: 'cpu',
      state: 'warning',
      detail: `${detail}; without ${NAMES[needed] ?? needed} models are several times slower`,
      fix: 'Choose a small model: rt list --all',
    }
  },
}

/** Undefined where the system does not tell. */
const cpuFeatures = async (signal: AbortSignal): Promise<Set<string> | undefined> => {
  if (process.platform === 'linux') return parseCpuInfo(await readFile('/proc/cpuinfo', { encoding: 'utf8', signal }))
  if (process.platform !== 'darwin') return undefined
  // Every Apple processor of this kind has these; the system names them its own way.
  if (process.arch === 'arm64') return new Set(['asimd', 'asimddp'])
  const { stdout } = await promisify(execFile)('sysctl', ['-n', 'machdep.cpu.features', 'machdep.cpu.leaf7_features'], {
    signal,
  })
  return new Set(stdout.toLowerCase().replaceAll('avx1.0', 'avx').split(/\s+/))
}

/** The features every processor of /proc/cpuinfo has are those of the first. */
export const parseCpuInfo = (text: string): Set<string> =>
  new Set(/^(?:flags|Features)\s*:\s*(.*)$/m.exec(text)?.[1]?.trim().split(/\s+/))
