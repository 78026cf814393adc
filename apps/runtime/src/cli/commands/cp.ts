import { called } from '../called.ts'
import { type CommandDefinition, JSON_FLAG } from '../command.ts'
import { printableLine } from '../output/printable.ts'
import { toJson } from '../output/to-json.ts'

export const command: CommandDefinition = {
  name: 'cp',
  summary: 'Give a model a further name; no bytes are copied',
  positionals: 'MODEL NAME',
  min: 2,
  max: 2,
  completes: 'installed',
  flags: { ...JSON_FLAG },
  examples: ['rt cp smollm2:135m helper', 'rt cp hf:owner/repo/file.gguf mine:v2'],
  async run({ args: [from = '', to = ''], flags, signal }) {
    const { createCatalog } = await import('@rt/inference/catalog')
    const copied = await createCatalog().copy(from, to, { references: true, signal })
    const [name, model] = [copied.name, copied.model].map(printableLine)
    process.stdout.write(
      flags['json']
        ? `${toJson(copied)}\n`
        : ` ${name} is a further name of ${model}\n ${called} rm ${name}   takes it away again\n`,
    )
  },
}
