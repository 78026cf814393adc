import { isAbsolute, relative } from 'node:path'
import { RtError } from '@rt/core'
import { createCatalog } from '@rt/inference/catalog'
import { findConfig } from '../../config/find-config.ts'
import { findUnread, unreadText } from '../../config/find-unread.ts'
import { loadConfig } from '../../config/load-config.ts'
import type { Origin, SettingRow } from '../../config/settings.ts'
import { visible } from '../../config/shown.ts'
import { dataFolder } from '../../folders.ts'
import { type CommandDefinition, CONFIG_FLAGS, JSON_FLAG, MODEL_FLAG, PORT_FLAG, text } from '../command.ts'
import { style } from '../output/style.ts'
import { toJson } from '../output/to-json.ts'
import { parsePort } from '../parse-port.ts'

export const command: CommandDefinition = {
  name: 'config',
  summary: 'Show what is set and where it comes from: flag, RT_* variable, config.toml or default',
  subcommands: {
    show: { summary: 'What is set, and by what (also without a word)' },
    path: { summary: 'The config.toml that is read' },
    schema: { summary: 'The JSON Schema of config.toml, for editors' },
  },
  flags: { ...JSON_FLAG, ...CONFIG_FLAGS, ...MODEL_FLAG, ...PORT_FLAG },
  examples: ['rt config', 'rt config --json', 'rt config schema > rt.schema.json', 'RT_CONFIG=none rt config'],
  async run({ args: [what = 'show'], flags, signal }) {
    const options = { config: text(flags['config']), env: process.env, cwd: process.cwd() }
    if (what === 'schema') {
      const { configJsonSchema } = await import('../../config/json-schema.ts')
      process.stdout.write(`${toJson(configJsonSchema())}\n`)
      return
    }
    if (what === 'path') {
      const found = await findConfig(options)
      if (!found) throw noFile()
      // A program needs the path as it is; a folder's name must not drive a terminal.
      process.stdout.write(`${process.stdout.isTTY ? visible(found.file) : found.file}\n`)
      return
    }
    const loaded = await loadConfig(
      { chat: text(flags['model']), port: parsePort(command, text(flags['port'])) },
      { ...options, trust: flags['trust'] === true, signal },
    )
    const { file } = loaded
    const rows = await withFolders(loaded.rows, options.config)
    const notRead = await findUnread(options)
    if (flags['json'])
      process.stdout.write(
        `${toJson({ file: file ?? null, ...(notRead !== undefined && { notRead }), settings: rows.map(plain) })}\n`,
      )
    else {
      const note = notRead === undefined ? '' : ` note  ${visible(unreadText(notRead, options.cwd))}\n`
      process.stdout.write(
        ` file  ${visible(file ?? 'none: no config.toml that says rt = 1 here or above')}\n${note}\n${table(rows)}`,
      )
    }
  },
}

const noFile = (): RtError =>
  new RtError({
    code: 'not_found',
    message: 'there is no config.toml that says rt = 1, here or above.',
    hint: 'None is needed. To start one: echo "rt = 1" > config.toml',
  })

/** The folders as they are used, in place of the rule by which they are found. */
const withFolders = async (rows: SettingRow[], config: string | undefined): Promise<SettingRow[]> => {
  const folders: Record<string, string | undefined> = {
    // One that cannot be used is an error of the commands that use it.
    data: await dataFolder(undefined, { config }).catch(() => undefined),
    models_folder: createCatalog().folder,
  }
  return rows.map((row) => {
    const folder = folders[row.key]
    return folder === undefined ? row : { key: row.key, value: folder, origin: row.origin }
  })
}

/** `undefined` is left out of JSON: null says that nothing is set. */
const plain = (row: SettingRow): object => ({ ...row, value: row.value ?? null })

const table = (rows: SettingRow[]): string => {
  const lines = rows.map(({ key, value, otherwise, origin }) => ({
    key: visible(key),
    value: value === undefined ? `(${otherwise})` : visible(JSON.stringify(value)),
    origin: originText(origin),
  }))
  const wide = (column: 'key' | 'value'): number => Math.min(60, Math.max(...lines.map((line) => line[column].length)))
  return lines
    .map(({ key, value, origin }) => {
      const from = origin === 'default' ? style('dim', origin) : style('green', origin)
      return ` ${key.padEnd(wide('key'))}  ${value.padEnd(wide('value'))}  ${from}\n`
    })
    .join('')
}

const originText = (origin: Origin): string => {
  switch (origin.from) {
    case 'file': {
      const path = relative(process.cwd(), origin.file)
      return visible(`${isAbsolute(path) || path.startsWith('..') ? origin.file : path}:${origin.line}`)
    }
    case 'default':
      return 'default'
    default:
      return origin.name
  }
}
