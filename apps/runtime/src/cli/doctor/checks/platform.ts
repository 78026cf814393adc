import { release } from 'node:os'
import type { Check, Finding } from '../check.ts'

export const platform: Check = {
  section: 'machine',
  name: 'platform',
  async run() {
    const detail = `${process.platform} ${process.arch}, ${release()}`
    const { createMachineProbes } = await import('@rt/inference/engines')
    if (process.platform === 'linux' && !(await createMachineProbes().hasGlibc())) return withoutGlibc(detail)
    return { name: 'platform', state: 'ok', detail }
  },
}

const withoutGlibc = (detail: string): Finding => ({
  name: 'platform',
  state: 'red',
  detail: `${detail}, without glibc: the engines are built for glibc`,
  fix: 'Use a system with glibc: the image node:26-slim instead of node:26-alpine',
})
