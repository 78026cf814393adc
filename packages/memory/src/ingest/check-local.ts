import { checkLabel, type EmbeddingModel, type PrivacyLabel, RtError } from '@rt/core'

/** The hint of all refusals. */
export const KEEP_LOCAL = 'Use an embedder on this machine, or none (embed: false): words are found without one.'

/** Before anything is opened: a text that must stay here is not even read for an embedder elsewhere. */
export const checkLocal = (label: PrivacyLabel | undefined, embedder: EmbeddingModel | undefined): void => {
  if (label === undefined) return
  checkLabel(label)
  if (isRemote(embedder))
    throw new RtError({
      code: 'local_only',
      message: `the documents are to be local-only, and the embedder ${embedder.id} is not on this machine; nothing was sent to it.`,
      hint: KEEP_LOCAL,
      data: { embedder: embedder.id },
    })
}

export const isRemote = (embedder: EmbeddingModel | undefined): embedder is EmbeddingModel =>
  embedder !== undefined && !embedder.local
