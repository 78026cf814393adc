// Writes docs/commands/<name>.md from the definitions of the commands: node --conditions=@rt/source <this file> [--check]
// What stands below the mark of a page is written by hand and stays.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CommandDefinition, Flag, Subcommand } from '../../apps/runtime/src/cli/command.ts'
import { COMMANDS } from '../../apps/runtime/src/cli/commands.ts'
import { describeFlag, usageLine, visibleFlags } from '../../apps/runtime/src/cli/help.ts'

export interface CommandPage {
  name: string
  /** As it should be. */
  text: string
  /** As it is; undefined when there is no page. */
  found: string | undefined
}

const FOLDER = new URL('../../docs/commands/', import.meta.url)
const MARK =
  '<!-- Above: made by tooling/scripts/command-pages.ts from the definition of the command. Below: written by hand. -->'

/** Every command with its page as it should be and as it is. */
export const commandPages = (): Promise<CommandPage[]> =>
  Promise.all(
    Object.entries(COMMANDS).map(async ([name, load]) => {
      const { command } = await load()
      const found = read(`${name}.md`)
      return { name, text: `${render(command)}\n${MARK}\n${handwritten(found)}`, found }
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

const read = (file: string): string | undefined => {
  try {
    return readFileSync(new URL(file, FOLDER), 'utf8')
  } catch {
    return undefined
  }
}

const main = async (check: boolean): Promise<number> => {
  const stale = (await commandPages()).filter(({ text, found }) => text !== found)
  const orphans = orphanPages()
  if (!check) {
    mkdirSync(FOLDER, { recursive: true })
    for (const { name, text } of stale) writeFileSync(new URL(`${name}.md`, FOLDER), text)
  }
  for (const { name } of stale) console.log(`docs/commands/${name}.md: ${check ? 'stale' : 'written'}`)
  for (const file of orphans) console.log(`docs/commands/${file}: no command of that name, delete it`)
  return (check && stale.length) || orphans.length ? 1 : 0
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.includes('--check'))
