import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Problems } from './report.ts'
import { runCommand } from './run-command.ts'
import { userEnvironment } from './user-environment.ts'

/** Runs a project's program in an empty folder of its own inside the project, under one version of Node. */
export const checkProgram = async (
  folder: string,
  { node, name }: { node: string; name: string },
): Promise<{ problems: Problems; output: string; seconds: number }> => {
  const run = mkdtempSync(join(folder, 'run-'))
  cpSync(join(folder, 'program.ts'), join(run, 'program.ts'))
  const env = userEnvironment({ RT_THREADS: process.env['RT_THREADS'] ?? '1', NODE_NO_WARNINGS: '1' })
  const result = await runCommand(node, ['program.ts'], { cwd: run, env, timeoutMs: 120_000 })
  const fine = result.code === 0 && result.stdout.includes(`ok ${name}:`)
  rmSync(run, { recursive: true, force: true })
  const reason = result.timedOut ? 'did not end within 120 s' : `ended with code ${result.code}`
  return {
    problems: fine ? [] : [`the program ${reason}:\n${result.output}`],
    output: result.stdout,
    seconds: result.seconds,
  }
}
