import { RtError } from '@rt/core'
import type * as Onnx from 'onnxruntime-node'

export type OnnxRuntime = typeof Onnx

/**
 * Loads onnxruntime-node, an optional peer of 290 MB.
 *
 * @param load only for tests.
 * @throws RtError `engine_unavailable` with the command that installs it, or with the loader's words when it is there
 * but does not start.
 */
export const loadRuntime = async (
  load: () => Promise<OnnxRuntime> = () => import('onnxruntime-node'),
): Promise<OnnxRuntime> => {
  try {
    return await load()
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause)
    const missing =
      (cause as { code?: unknown } | undefined)?.code === 'ERR_MODULE_NOT_FOUND' && text.includes("'onnxruntime-node'")
    throw new RtError({
      code: 'engine_unavailable',
      message: missing
        ? 'the package onnxruntime-node is not installed.'
        : `onnxruntime-node does not start: ${withoutFolders(text)}`,
      hint: missing
        ? 'Run: npm install onnxruntime-node'
        : 'Install it anew (npm install onnxruntime-node) for this platform and Node version.',
      retryable: false,
      cause,
    })
  }
}

/** Absolute paths cut to their file names; a folder may have spaces, and a text loses rather too much than shows one. */
const withoutFolders = (text: string): string =>
  text.replaceAll(/(?<![\w.])(?:[A-Za-z]:)?[\\/]+(?:[^\\/:'"\n]+[\\/]+)+/g, '')
