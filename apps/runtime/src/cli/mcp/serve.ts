import { openRuntime } from '../../create-runtime.ts'
import { called } from '../called.ts'
import { type CommandContext, text } from '../command.ts'
import { findData, placeOf } from '../find-data.ts'
import { findOwner } from '../find-owner.ts'
import { silentOwner } from '../open.ts'
import { createDownloadProgress } from '../output/download-progress.ts'
import { ownStdout } from './own-stdout.ts'

/**
 * Serves a client on standard input and output. The runtime that answers is the one that owns the data folder; where there
 * is none it is opened here, and listens, so that a second client, and every other command, works beside this one.
 */
export const serveMcp = async ({ args: [, file], flags, signal }: CommandContext): Promise<void> => {
  const output = ownStdout()
  const data = await findData(flags, file)
  const found = await findOwner(data)
  if (found && !found.address) throw silentOwner(found.pid)
  if (found && file !== undefined)
    process.stderr.write(
      `${called} serves this folder already (process ${found.pid}): its app is used, and ${file} is not loaded.\n`,
    )
  const own = found
    ? undefined
    : await openRuntime({
        ...placeOf(flags, file),
        trust: flags['trust'] === true,
        signal,
        chat: text(flags['model']),
        app:
          file === undefined
            ? undefined
            : async (context) => {
                const { loadApp } = await import('../../app/load-app.ts')
                const app = await loadApp(file)
                return typeof app === 'function' ? app(context) : app
              },
        onProgress: createDownloadProgress(),
      })
  try {
    await own?.ready()
    await own?.serve({ host: '127.0.0.1', port: 0, drainMs: 0, warm: false })
    const { address, token } = (found ?? (await findOwner(data)))!
    const { bridgeStdio } = await import('./bridge-stdio.ts')
    await bridgeStdio({ address: address!, token, input: process.stdin, output, signal })
  } finally {
    await own?.close()
  }
}
