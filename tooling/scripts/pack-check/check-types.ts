import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Problems } from './report.ts'
import { ROOT } from './root.ts'
import { runCommand } from './run-command.ts'

const CONFIG = {
  compilerOptions: {
    target: 'es2023',
    lib: ['es2024', 'esnext.disposable', 'dom', 'dom.iterable', 'dom.asynciterable'],
    module: 'nodenext',
    moduleResolution: 'nodenext',
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    types: ['node'],
  },
  include: ['*.ts'],
}

/** Compiles a project as its user would, the declarations of its dependencies included. */
export const checkTypes = async (folder: string): Promise<Problems> => {
  writeFileSync(join(folder, 'tsconfig.json'), `${JSON.stringify(CONFIG, null, 2)}\n`)
  const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
  const { code, output } = await runCommand(process.execPath, [compiler, '-p', 'tsconfig.json'], { cwd: folder })
  return code === 0 ? [] : [output]
}
