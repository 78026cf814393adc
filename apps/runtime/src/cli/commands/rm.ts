import type { Catalog, RemovedModel } from '@rt/inference/catalog'
import { type CommandDefinition, JSON_FLAG } from '../command.ts'
import { formatError } from '../output/format-error.ts'
import { printableLine } from '../output/printable.ts'
import { toJson } from '../output/to-json.ts'
import { bytes } from '../output/units.ts'

export const command: CommandDefinition = {
  name: 'rm',
  summary: 'Delete models, or take further names away; files in the caches of other programs stay',
  positionals: 'MODEL…',
  min: 1,
  max: Infinity,
  completes: 'installed',
  flags: { ...JSON_FLAG },
  examples: ['rt rm qwen2.5-coder:1.5b', 'rt rm smollm2:135m all-minilm', 'rt rm hf:owner/repo/file.gguf'],
  async run({ args, flags }) {
    const { createCatalog } = await import('@rt/inference/catalog')
    const catalog = createCatalog()
    const names = [...new Set(args)]
    const removed: RemovedModel[] = []
    let failures = 0
    // Each on its own: one that is not here is no reason to keep the others.
    for (const name of names) {
      const one = await remove(catalog, name)
      if (one) removed.push(one)
      else failures++
      if (one && !flags['json']) process.stdout.write(` ${printableLine(told(one))}\n`)
    }
    if (flags['json']) process.stdout.write(`${toJson(removed)}\n`)
    return failures ? 1 : 0
  },
}

const told = ({ name, bytes: freed, aliasOf }: RemovedModel): string =>
  aliasOf === undefined
    ? `${name} is deleted · ${bytes(freed)} freed`
    : `${name} is no name of ${aliasOf} any more; the model stays`

const remove = async (catalog: Catalog, name: string): Promise<RemovedModel | undefined> => {
  try {
    return await catalog.remove(name, { references: true })
  } catch (error) {
    process.stderr.write(formatError(error))
    return undefined
  }
}
