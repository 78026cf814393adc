import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Check } from '../check.ts'

const VENDORS: Record<string, string> = { '0x10de': 'NVIDIA', '0x1002': 'AMD', '0x8086': 'Intel' }
const PCI = '/sys/bus/pci/devices'
const DISPLAY_CLASS = '0x03'

/** What the system lists; which engine uses it is told with the engines. */
export const gpu: Check = {
  section: 'machine',
  name: 'gpu',
  async run() {
    const found = await listGpus()
    if (!found) return { name: 'gpu', state: 'ok', detail: 'not told by this system' }
    return { name: 'gpu', state: 'ok', detail: found.join(', ') || 'none: models run on the CPU' }
  },
}

const listGpus = async (): Promise<string[] | undefined> => {
  if (process.platform === 'darwin') return process.arch === 'arm64' ? ['Apple GPU, used through Metal'] : undefined
  if (process.platform !== 'linux') return undefined
  const devices = await readdir(PCI).catch(() => undefined)
  const vendors = await Promise.all((devices ?? []).map(displayVendor))
  const names = [...new Set(vendors)].filter((name) => name !== undefined)
  return Promise.all(names.map(async (name) => (name === 'NVIDIA' ? `NVIDIA ${await nvidiaDriver()}` : name)))
}

const displayVendor = async (device: string): Promise<string | undefined> => {
  const read = (name: string): Promise<string> => readFile(join(PCI, device, name), 'utf8').catch(() => '')
  if (!(await read('class')).startsWith(DISPLAY_CLASS)) return undefined
  return VENDORS[(await read('vendor')).trim()]
}

const nvidiaDriver = async (): Promise<string> => {
  const text = await readFile('/proc/driver/nvidia/version', 'utf8').catch(() => '')
  const [version] = /\b\d{3}\.\d+(?:\.\d+)?\b/.exec(text) ?? []
  return version ? `(driver ${version})` : '(driver not found)'
}
