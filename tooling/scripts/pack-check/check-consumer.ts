import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { checkClosure } from './check-closure.ts'
import { checkCore } from './check-core.ts'
import { checkProgram } from './check-program.ts'
import { checkTypes } from './check-types.ts'
import type { Consumer } from './consumers.ts'
import { folderMegabytes } from './folder-megabytes.ts'
import { installTarballs } from './install-tarballs.ts'
import { NODE_VERSIONS, nodeAt } from './node-at.ts'
import type { Report } from './report.ts'
import { ROOT } from './root.ts'

export interface ConsumerOptions {
  /** An empty folder outside the workspace. */
  folder: string
  tarballs: Record<string, string>
  typesOfNode: string
  /** Show what the program of the whole runtime prints. */
  long: boolean
  report: Report
}

/** Installs one project, looks at what came along, compiles its program and runs it under every version of Node. */
export const checkConsumer = async (consumer: Consumer, options: ConsumerOptions): Promise<void> => {
  const { folder, tarballs, typesOfNode, long, report } = options
  const { name, installs } = consumer
  const { code, output, seconds } = await installTarballs(folder, installs, {
    tarballs,
    dependencies: { '@types/node': typesOfNode },
  })
  const size = code === 0 ? `${folderMegabytes(join(folder, 'node_modules')).toFixed(1)} MB, ` : ''
  report.add(`${name}: npm install`, code === 0 ? [] : [output], `${size}${seconds.toFixed(1)} s, no install scripts`)
  if (code !== 0) return

  report.add(`${name}: brings`, checkClosure(consumer, folder), consumer.brings.join(' '))
  if (name === 'core') {
    const { problems, bytes } = checkCore(folder)
    report.add('core: runs anywhere', problems, `${bytes} bytes of JavaScript`)
  }
  cpSync(join(ROOT, 'tooling', 'scripts', 'pack-check', 'programs', `${name}.ts`), join(folder, 'program.ts'))
  report.add(`${name}: types`, await checkTypes(folder))

  for (const version of NODE_VERSIONS) {
    const run = await checkProgram(folder, { node: await nodeAt(version), name })
    const said = run.output.trimEnd().split('\n').at(-1) ?? ''
    report.add(`${name}: Node ${version}`, run.problems, `${run.seconds.toFixed(1)} s  ${said}`)
    if (long && name === 'runtime' && version === process.versions.node)
      report.note(run.output.replaceAll('\n', '\n    '))
  }
}
