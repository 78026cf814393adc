import { release } from 'node:os'
import type { Check, Finding } from '../check.ts'

export const platform: Check = {
  section: 'machine',
  name: 'platform',
  async run() {
    const detail = `${process.platform} ${process.arch}, ${release()}`
    if (process.platform === 'linux' && !glibcVersion()) return withoutGlibc(detail)
    return { name: 'platform', state: 'ok', detail }
  },
}

const withoutGlibc = (detail: string): Finding => ({
  name: 'platform',
  state: 'red',
  detail: `${detail}, without glibc: the engines are built for glibc`,
  fix: 'Use a system with glibc: the image node:26-slim instead of node:26-alpine',
})

/** Of the C library this process runs on; undefined for musl. */
const glibcVersion = (): string | undefined => {
  // The report would otherwise ask for the names of all network addresses.
  Object.assign(process.report, { excludeNetwork: true })
  const { header } = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } }
  return header.glibcVersionRuntime
}
