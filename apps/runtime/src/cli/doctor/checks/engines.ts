import type { EngineVariant } from '@rt/inference/engines'
import type { Check, Finding } from '../check.ts'

/** Without these nothing runs, or nothing is found by meaning; the rest makes it faster. */
const NEEDED = ['gguf cpu', 'gguf metal', 'onnx cpu']

export const engines: Check = {
  section: 'engines',
  name: 'engines',
  async run() {
    const { detectEngines } = await import('@rt/inference/engines')
    return (await detectEngines()).map(findingOf)
  },
}

export const findingOf = ({ engine, variant, available, reason = 'not known why', fix }: EngineVariant): Finding => {
  const name = engine === 'tensorrt' ? engine : `${engine} ${variant}`
  if (available) return { name, state: 'ok', detail: 'yes' }
  const detail = `no: ${reason}`
  if (NEEDED.includes(name))
    return {
      name,
      state: 'red',
      detail,
      fix: fix ?? 'Use a system it has binaries for: Linux, macOS or Windows on x64 or arm64',
    }
  // A machine without that GPU lacks nothing. One command away is what is worth a line.
  return fix?.startsWith('npm install') ? { name, state: 'warning', detail, fix } : { name, state: 'ok', detail }
}
