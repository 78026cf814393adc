import { RtError } from '@rt/core'
import type { CommandContext } from '../command.ts'
import { withRuntime } from '../open.ts'
import { printableLine } from '../output/printable.ts'
import { toJson } from '../output/to-json.ts'
import { usage } from '../parse.ts'
import { find } from './find.ts'

/** `live=products-2` points an alias, `old=` takes one away; several change at once. */
export const alias = async (context: CommandContext, words: string[]): Promise<void> => {
  const changes = Object.fromEntries(words.map(readChange))
  try {
    await withRuntime(context, {}, (runtime) => runtime.collections.alias(changes, { signal: context.signal }))
  } catch (error) {
    // Said again in words of the command, with the names there are.
    if (RtError.isInstance(error) && error.code === 'not_found')
      for (const target of Object.values(changes)) if (target !== null) await find(context, target)
    throw error
  }
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
