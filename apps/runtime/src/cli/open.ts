import { RtError } from '@rt/core'
import { createRuntime } from '../create-runtime.ts'
import { connectRuntime } from '../remote/connect-runtime.ts'
import type { RuntimeClient, RuntimeOptions } from '../runtime.ts'
import { called } from './called.ts'
import { text, type CommandContext } from './command.ts'
import { findData } from './find-data.ts'
import { findOwner } from './find-owner.ts'
import { createDownloadProgress } from './output/download-progress.ts'

export interface OpenOptions extends RuntimeOptions {
  /** The work only reads: it is done beside an owner that does not listen. */
  readOnly?: boolean
}

/**
 * Runs `work` on the runtime of a data folder and closes it whatever happens: through the process that owns the folder
 * where there is one, else in this process.
 */
export const withRuntime = async <T>(
  { flags, signal }: CommandContext,
  { readOnly = false, ...options }: OpenOptions,
  work: (runtime: RuntimeClient) => Promise<T>,
): Promise<T> => {
  const data = await findData(flags)
  const owner = await findOwner(data)
  if (owner && !owner.address && !readOnly) throw silentOwner(owner.pid)
  const open = async (beside: boolean): Promise<RuntimeClient> =>
    owner?.address
      ? connectRuntime({ data, pid: owner.pid, address: owner.address, token: owner.token })
      : createRuntime({
          data,
          config: text(flags['config']),
          trust: flags['trust'] === true,
          signal,
          chat: text(flags['model']),
          onProgress: createDownloadProgress(),
          readOnly: beside,
          ...options,
        })
  const run = async (beside: boolean): Promise<T> => {
    const runtime = await open(beside)
    try {
      return await work(runtime)
    } finally {
      await runtime.close()
    }
  }
  if (!readOnly) return run(false)
  try {
    return await run(true)
  } catch (error) {
    // A file of an older version, or one that has not all tables yet: nobody owns it, so it is brought up to date.
    if (owner || !RtError.isInstance(error) || error.code !== 'read_only') throw error
    return run(false)
  }
}

export const silentOwner = (pid: number): RtError =>
  new RtError({
    code: 'folder_owned',
    message: `process ${pid} owns this data folder and does not listen, so nothing can be asked of it.`,
    hint: `Usually an open ${called} chat or a program of yours: end it. Or start ${called} serve first: then all commands work beside each other. Or name another folder: --data FOLDER.`,
    data: { pid },
  })
