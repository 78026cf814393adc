import type { Runtime, RuntimeOptions } from '../runtime.ts'
import { createRuntime } from '../create-runtime.ts'
import { text, type CommandContext } from './command.ts'
import { createDownloadProgress } from './output/download-progress.ts'

/** Runs `work` on a runtime made from a command's flags, and closes it whatever happens. */
export const withRuntime = async <T>(
  { flags }: CommandContext,
  options: RuntimeOptions,
  work: (runtime: Runtime) => Promise<T>,
): Promise<T> => {
  const runtime = await createRuntime({
    data: text(flags['data']),
    chat: text(flags['model']),
    onProgress: createDownloadProgress(),
    ...options,
  })
  try {
    return await work(runtime)
  } finally {
    await runtime.close()
  }
}
