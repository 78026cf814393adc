import type { PullEvent, PullProgress } from '@rt/inference/catalog'
import type { CommandDefinition } from '../command.ts'
import { createDownloadProgress } from '../output/download-progress.ts'
import { printableLine } from '../output/printable.ts'
import { style } from '../output/style.ts'
import { toJson } from '../output/to-json.ts'
import { bytes } from '../output/units.ts'

export const command: CommandDefinition = {
  name: 'pull',
  summary: 'Fetch a model of the catalog and check its sha256',
  positionals: 'MODEL',
  min: 1,
  max: 1,
  completes: 'installable',
  flags: { json: { type: 'boolean', description: 'Print what happens as JSON, one object a line' } },
  examples: [
    'rt pull smollm2:135m',
    'rt pull qwen2.5-coder:1.5b',
    'rt pull hf:owner/repo/file.gguf',
    'RT_MODELS=/big/disk rt pull qwen2.5-coder:1.5b',
  ],
  async run({ args, flags, signal }) {
    const { createCatalog } = await import('@rt/inference/catalog')
    const listener = flags['json'] ? asJson() : forPeople()
    const { entry, files } = await createCatalog().ensure(args[0]!, { signal, references: true, ...listener })
    const total = entry.files.reduce((sum, file) => sum + (file.bytes ?? 0), 0)
    if (flags['json']) return line({ type: 'ready', model: entry.name, bytes: total, files })
    const pinned = entry.files.every((file) => file.sha256 !== undefined)
    process.stdout.write(
      pinned
        ? ` ${printableLine(entry.name)} · ${bytes(total)} · sha256 ok\n`
        : ` ${printableLine(entry.name)} is there: ${printableLine(files.model)}\n`,
    )
  },
}

interface Listener {
  onProgress(progress: PullProgress): void
  onEvent(event: PullEvent): void
}

/** In the order things happen: `trying`, `progress`, `warning`, `installed`, and at the end `ready`. */
const asJson = (): Listener => ({
  onProgress: (progress) => line({ type: 'progress', ...progress }),
  onEvent: line,
})

const forPeople = (): Listener => ({
  onProgress: createDownloadProgress(),
  onEvent: (event) => {
    if (event.type !== 'warning') return
    const note = style('yellow', 'note', process.stderr)
    process.stderr.write(`${clearLine()} ${note}     ${printableLine(event.source)}: ${printableLine(event.reason)}\n`)
  },
})

const line = (value: unknown): void => void process.stdout.write(`${toJson(value, 0)}\n`)

/** A note takes the line of a bar that is being painted. */
const clearLine = (): string => (process.stderr.isTTY ? '\r\u001b[2K' : '')
