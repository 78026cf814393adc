import { existsSync, globSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { ROOT } from './root.ts'
import { runCommand } from './run-command.ts'

/**
 * Packs every published package as a release does (`workspace:*` and `catalog:` become versions): name to tarball.
 * The packages must be built.
 *
 * @param folder emptied first; callers that run at the same time need one each.
 */
export const packAll = async (folder: string = join(ROOT, '.cache', 'packed')): Promise<Record<string, string>> => {
  for (const path of published()) {
    if (!existsSync(join(path, 'dist'))) throw new Error(`${path} is not built. Run: npx -y pnpm@12 build`)
  }
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const filters = ['--filter', './packages/*', '--filter', './apps/*']
  const args = ['-y', 'pnpm@12', '-r', ...filters, 'pack', '--pack-destination', resolve(folder), '--json']
  const { code, output, stdout } = await runCommand('npx', args, { cwd: ROOT })
  if (code !== 0) throw new Error(`pnpm pack failed:\n${output}`)
  const packed = JSON.parse(stdout.slice(stdout.search(/^[[{]/m))) as { name: string; filename: string }[]
  return Object.fromEntries(packed.map(({ name, filename }) => [name, resolve(folder, filename)]))
}

/** Folders of the packages that are published. */
export const published = (): string[] =>
  globSync('{packages,apps}/*/package.json', { cwd: ROOT })
    .map((file) => join(ROOT, file))
    .filter((file) => !(JSON.parse(readFileSync(file, 'utf8')) as { private?: boolean }).private)
    .map((file) => dirname(file))
    .toSorted()
