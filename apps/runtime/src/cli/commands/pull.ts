import { createCatalog } from '@rt/inference/catalog'
import type { CommandDefinition } from '../command.ts'
import { createDownloadProgress } from '../output/download-progress.ts'
import { style } from '../output/style.ts'
import { bytes } from '../output/units.ts'

export const command: CommandDefinition = {
  name: 'pull',
  summary: 'Fetch a model of the catalog and check its sha256',
  positionals: 'MODEL',
  min: 1,
  max: 1,
  flags: {},
  examples: ['rt pull smollm2:135m', 'rt pull qwen2.5-coder:1.5b', 'RT_MODELS=/big/disk rt pull qwen2.5-coder:1.5b'],
  async run({ args, signal }) {
    const catalog = createCatalog()
    const { entry, files } = await catalog.ensure(args[0]!, {
      signal,
      onProgress: createDownloadProgress(),
      references: true,
      onEvent: (event) => {
        if (event.type === 'warning')
          process.stderr.write(
            `${clearLine()} ${style('yellow', 'note', process.stderr)}     ${event.source}: ${event.reason}\n`,
          )
      },
    })
    const pinned = entry.files.every((file) => file.sha256 !== undefined)
    const total = entry.files.reduce((sum, file) => sum + (file.bytes ?? 0), 0)
    process.stdout.write(
      pinned ? ` ${entry.name} · ${bytes(total)} · sha256 ok\n` : ` ${entry.name} is there: ${files.model}\n`,
    )
  },
}

/** A note takes the line of a bar that is being painted. */
const clearLine = (): string => (process.stderr.isTTY ? '\r\u001b[2K' : '')
