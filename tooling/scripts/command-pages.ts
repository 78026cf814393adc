// Writes docs/commands/<name>.md from the definitions of the commands: node --conditions=@rt/source <this file> [--check]
// What stands below the mark of a page is written by hand and stays.
import { readdirSync } from 'node:fs'
import { basename } from 'node:path'
import type { CommandDefinition, Flag, Subcommand } from '../../apps/runtime/src/cli/command.ts'
import { COMMANDS } from '../../apps/runtime/src/cli/commands.ts'
import { describeFlag, usageLine, visibleFlags } from '../../apps/runtime/src/cli/help.ts'
import { type GeneratedPage, readPage, writePages } from './generated-page.ts'

const FOLDER = new URL('../../docs/commands/', import.meta.url)
const MARK =
  '<!-- Above: made by tooling/scripts/command-pages.ts from the definition of the command. Below: written by hand. -->'

/** Every command with its page as it should be and as it is. */
export const commandPages = (): Promise<GeneratedPage[]> =>
  Promise.all(
    Object.entries(COMMANDS).map(async ([name, load]) => {
      const { command } = await load()
      const path = `commands/${name}.md`
      const found = readPage(path)
      return { path, text: `${render(command)}\n${MARK}\n${handwritten(found)}`, found }
    }),
  )

/** Pages whose command is gone. */
export const orphanPages = (): string[] =>
  readdirSync(FOLDER).filter((file) => file.endsWith('.md') && !(basename(file, '.md') in COMMANDS))

const render = (definition: CommandDefinition): string => {
  const { name, summary, subcommands, flags, examples } = definition
  const forms = Object.entries(subcommands ?? {}).map(form)
  return [
    `# rt ${name}`,
    '',
    `${summary}.`,
    '',
    '```',
    `rt ${usageLine(definition)}`,
    '```',
    '',
    ...(forms.length ? ['| | |', '|---|---|', ...forms, ''] : []),
    '| option | |',
    '|---|---|',
    ...visibleFlags(flags).map(row),
    '',
    '```sh',
    ...examples,
    '```',
    '',
  ].join('\n')
}

const form = ([name, { summary, positionals }]: [string, Subcommand]): string =>
  `| \`${positionals ? `${name} ${positionals}` : name}\` | ${cell(summary)} |`

const row = ([name, flag]: [string, Flag]): string =>
  `| \`${flag.short ? `-${flag.short}, ` : ''}--${name}${flag.value ? ` ${flag.value}` : ''}\` | ${cell(describeFlag(flag))} |`

const cell = (text: string): string => text.replaceAll('|', String.raw`\|`)

/** What stands below the mark, with an empty line before it. */
const handwritten = (page: string = ''): string => {
  const [, below = ''] = page.split(MARK)
  return below.trim() && `\n${below.trim()}\n`
}

await writePages(import.meta.url, commandPages)
