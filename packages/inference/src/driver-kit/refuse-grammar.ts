import { type ModelRequest, RtError } from '@rt/core'

/**
 * A grammar is read token by token beside the model: only an engine of this machine can do so.
 *
 * @throws RtError `unsupported`.
 */
export const refuseGrammar = ({ output }: Pick<ModelRequest, 'output'>, id: string): void => {
  if (output?.type === 'grammar')
    throw new RtError({
      code: 'unsupported',
      message: `${id} cannot be held to a grammar.`,
      hint: 'Use output { type: "json", schema }, or a local GGUF model.',
    })
}
