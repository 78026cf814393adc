import type { CommandDefinition } from '../command.ts'
import { runsElsewhere } from '../models/runs-elsewhere.ts'
import { createPullListener, type PullListener } from '../output/pull-listener.ts'
import { printableLine } from '../output/printable.ts'
import { toJson } from '../output/to-json.ts'
import { bytes } from '../output/units.ts'

export const command: CommandDefinition = {
  name: 'pull',
  summary: 'Fetch a model by name, or any GGUF model of the Hugging Face hub, and check its sha256',
  positionals: 'MODEL',
  min: 1,
  max: 1,
  completes: 'installable',
  flags: { json: { type: 'boolean', description: 'Print what happens as JSON, one object a line' } },
  examples: [
    'rt pull smollm2:135m',
    'rt pull qwen2.5-coder:1.5b',
    'rt pull hf:owner/repo',
    'rt pull hf:owner/repo:Q4_K_M',
    'rt pull hf:owner/repo@v1.0/file.gguf',
    'RT_MODELS=/big/disk rt pull qwen2.5-coder:1.5b',
  ],
  async run({ args, flags, signal }) {
    const { createCatalog } = await import('@rt/inference/catalog')
    const listener = flags['json'] ? asJson() : createPullListener()
    const name = args[0]!
    const { entry, files } = await createCatalog()
      .ensure(name, { signal, references: true, ...listener })
      .catch((error: unknown) => {
        throw runsElsewhere(error, name)
      })
    const total = entry.files.reduce((sum, file) => sum + (file.bytes ?? 0), 0)
    if (flags['json']) return line({ type: 'ready', model: entry.name, bytes: total, files })
    const pinned = entry.files.every((file) => file.sha256 !== undefined)
    process.stdout.write(
      pinned
        ? ` ${printableLine([entry.name, bytes(total), entry.licence, 'sha256 ok'].filter(Boolean).join(' · '))}\n`
        : ` ${printableLine(entry.name)} is there: ${printableLine(files.model)}\n`,
    )
  },
}

/** In the order things happen: `chosen` (of a repository), `trying`, `progress`, `warning`, `installed`, and at the end `ready`. */
const asJson = (): PullListener => ({
  onProgress: (progress) => line({ type: 'progress', ...progress }),
  onEvent: line,
})

const line = (value: unknown): void => void process.stdout.write(`${toJson(value, 0)}\n`)
