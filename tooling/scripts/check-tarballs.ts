// What npm users get, looked at by publint (manifest against files) and attw (do the types resolve; ESM profile).
import { basename, join } from 'node:path'
import { packAll } from './pack-check/pack-all.ts'
import { Report } from './pack-check/report.ts'
import { ROOT } from './pack-check/root.ts'
import { runCommand } from './pack-check/run-command.ts'

const tarballs = Object.values(await packAll(join(ROOT, '.cache', 'linted')))
const report = new Report()

const check = async (title: string, command: string, args: string[]): Promise<void> => {
  const { code, output } = await runCommand(command, args, { cwd: ROOT })
  report.add(title, code === 0 ? [] : [output])
}

for (const tarball of tarballs) {
  const name = basename(tarball)
  await Promise.all([
    check(`publint ${name}`, 'publint', ['run', tarball, '--strict']),
    check(`attw ${name}`, 'attw', [
      tarball,
      '--profile',
      'esm-only',
      '--no-definitely-typed',
      '--no-color',
      '--no-emoji',
    ]),
  ])
}
process.exit(report.failed ? 1 : 0)
