import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { version } from '../../version.ts'
import { appManifest } from './app-manifest.ts'
import type { PackageManager } from './package-manager.ts'

/** A file of a new app. */
export interface AppFile {
  /** Below the app's folder, with `/`. */
  path: string
  content: string
}

/** npm leaves `.gitignore` out of packages, and the tests of this repository would run another `*.test.ts`. */
const RENAMED: Record<string, string> = { gitignore: '.gitignore', 'app-test.ts': 'app.test.ts' }

/** What `rt init` writes: the files of the template, with the names of this app, and its package.json. */
export const appFiles = async (name: string, manager: PackageManager): Promise<AppFile[]> => {
  const from = templateFolder()
  const entries = await readdir(from, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(from.length + 1)
        .split(sep)
        .join('/'),
    )
  const files = await Promise.all(
    paths.map(async (path) => ({
      path: RENAMED[path] ?? path,
      content: fill(await readFile(join(from, path), 'utf8'), words(name, manager)),
    })),
  )
  return [...files, { path: 'package.json', content: appManifest({ name, version }) }].toSorted((a, b) =>
    a.path < b.path ? -1 : 1,
  )
}

/** Copied beside the command at build; from source, that of the repository. */
const templateFolder = (): string => {
  const beside = fileURLToPath(new URL('./templates/app', import.meta.url))
  return existsSync(beside) ? beside : fileURLToPath(new URL('../../../templates/app', import.meta.url))
}

const words = (name: string, { install, exec, run, test }: PackageManager): Record<string, string> => ({
  name,
  install,
  exec,
  dev: run('dev'),
  test,
})

const fill = (text: string, values: Record<string, string>): string =>
  text.replaceAll(/\{\{(\w+)\}\}/g, (whole, key: string) => values[key] ?? whole)
