import type { CommandContext } from '../command.ts'
import { withRuntime } from '../open.ts'
import { printableLine } from '../output/printable.ts'
import { toJson } from '../output/to-json.ts'
import { usage } from '../parse.ts'

/** `live=products-2` points an alias, `old=` takes one away; several change at once. */
export const alias = async (context: CommandContext, words: string[]): Promise<void> => {
  const changes = Object.fromEntries(words.map(readChange))
  await withRuntime(context, {}, (runtime) => runtime.collections.alias(changes, { signal: context.signal }))
  if (context.flags['json']) return void process.stdout.write(`${toJson(changes)}\n`)
  for (const [name, target] of Object.entries(changes))
    process.stdout.write(
      target === null
        ? ` ${printableLine(name)} is no alias any more\n`
        : ` ${printableLine(name)} is ${printableLine(target)} now\n`,
    )
}

const readChange = (word: string): [string, string | null] => {
  const [, name, target] = /^([^=]+)=(.*)$/s.exec(word) ?? []
  if (name === undefined)
    throw usage(
      { name: 'collections' },
      `"${word}" is no change of an alias: write ALIAS=COLLECTION, or ALIAS= to take it away.`,
    )
  return [name, target || null]
}
