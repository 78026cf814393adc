import { relative } from 'node:path'
import { RtError } from '@rt/core'

export const noFile = (path: string): RtError =>
  new RtError({
    code: 'model_not_found',
    message: `there is no file ${JSON.stringify(path)}.`,
    hint: 'Check the path.',
  })

/** A folder stands for the one model in it. */
export const notOneModel = (folder: string, choices: string[]): RtError =>
  choices.length === 0
    ? new RtError({
        code: 'model_not_found',
        message: `${JSON.stringify(folder)} is a folder without an .onnx file.`,
        hint: 'Name a folder with model.onnx and tokenizer.json in it, or a .gguf file.',
      })
    : new RtError({
        code: 'invalid_request',
        message: `${JSON.stringify(folder)} holds several models: ${choices.map((file) => relative(folder, file)).join(', ')}.`,
        hint: 'Name one of the files.',
      })

export const notOurs = (path: string): RtError =>
  new RtError({
    code: 'unsupported',
    message: `${JSON.stringify(path)} is a file of yours: rt does not delete it.`,
    hint: 'Delete it as you do with any file.',
  })
