import { basename, join, relative, resolve } from 'node:path'
import { RtError } from '@rt/core'
import { askYes } from '../../ask-yes.ts'
import { type AppFile, appFiles } from '../init/app-files.ts'
import { packageName } from '../init/app-manifest.ts'
import { type PackageManager, packageManager } from '../init/package-manager.ts'
import { inTheWay, writeApp } from '../init/write-app.ts'
import { type CommandDefinition, JSON_FLAG } from '../command.ts'
import { printableLine } from '../output/printable.ts'
import { style } from '../output/style.ts'
import { toJson } from '../output/to-json.ts'
import { plural } from '../output/units.ts'

export const command: CommandDefinition = {
  name: 'init',
  summary: 'Make an app that runs: a tool, an agent, a route, documents, settings and tests',
  positionals: '[FOLDER]',
  max: 1,
  completes: 'folder',
  flags: {
    ...JSON_FLAG,
    yes: { type: 'boolean', short: 'y', description: 'Do not ask' },
    force: { type: 'boolean', description: 'Overwrite files that are in the way' },
  },
  examples: ['rt init my-app', 'rt init', 'rt init . --force'],
  async run({ args, flags, signal }) {
    const folder = resolve(args[0] ?? '.')
    const manager = packageManager()
    const files = await appFiles(packageName(basename(folder)), manager)
    const taken = await inTheWay(folder, files)
    if (taken.length && !flags['force']) throw blocked(folder, taken)
    if (taken.length && !flags['yes'] && process.stdin.isTTY) {
      const which = taken.map(printableLine).join(', ')
      if (!(await askYes(`Overwrite ${plural(taken.length, 'file')} in ${shown(folder)} (${which})?`, { signal })))
        return 1
    }
    await writeApp(folder, files, { force: flags['force'] === true })
    process.stdout.write(
      flags['json']
        ? `${toJson({ folder, files: files.map(({ path }) => path), overwritten: taken })}\n`
        : report(folder, files, manager),
    )
    return 0
  },
}

const NOTES: Record<string, string> = {
  'app.ts': 'a tool, an agent and a route',
  'app.test.ts': 'tests of the tool, without a model',
  'config.toml': 'settings',
  'docs/workshop.md': 'a document to ask about',
  'README.md': 'how to go on',
}

const report = (folder: string, files: AppFile[], manager: PackageManager): string => {
  const widest = Math.max(...files.map(({ path }) => path.length))
  const tree = files.map(({ path }, index) => {
    const branch = index === files.length - 1 ? '└─' : '├─'
    const note = NOTES[path] ? `  ${style('dim', NOTES[path])}` : ''
    return ` ${branch} ${path.padEnd(note ? widest : 0)}${note}`
  })
  const here = folder === process.cwd()
  const workspace = process.env['RT_WORKSPACE']
  const steps = [
    ...(here ? [] : [`cd ${quoted(shown(folder))}`]),
    // Until rt is published there is nothing to install: rt lends itself to the app.
    workspace === undefined ? manager.install : `alias rt="npx -y pnpm@12 -C ${workspace} run rt"`,
    `${manager.exec} ingest docs`,
    `${manager.exec} chat "How long is the warranty on a repair?"`,
    `${manager.run('dev')}   serves it, and starts again when a file changes`,
  ]
  return `${[` ${style('bold', printableLine(shown(folder)))}`, ...tree, '', ` next`, ...steps.map((step) => `   ${step}`), ''].join('\n')}`
}

/** As short as it can be typed from here. */
const shown = (folder: string): string => {
  const near = relative(process.cwd(), folder)
  if (near === '') return '.'
  return near.startsWith('..') ? folder : near
}

const quoted = (path: string): string =>
  /^[\w./@+-]+$/.test(path) ? path : `'${printableLine(path).replaceAll("'", String.raw`'\''`)}'`

const blocked = (folder: string, taken: string[]): RtError =>
  new RtError({
    code: 'conflict',
    message: `${plural(taken.length, 'file')} would be overwritten: ${taken.map((path) => printableLine(join(shown(folder), path))).join(', ')}.`,
    hint: 'Nothing was written. Name another folder (rt init my-app), or overwrite them: --force.',
  })
