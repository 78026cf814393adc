/** A special token, or the place of the first or second text. */
export type TemplateStep = { id: number; type: number } | { text: 'A' | 'B'; type: number }

/** How a tokenizer.json puts special tokens around texts; undefined where it does not say in a way we know. */
export const readTemplate = (tokenizer: TokenizerJson, kind: 'single' | 'pair'): TemplateStep[] | undefined => {
  const found = flatten(tokenizer.post_processor)
    .map((one) => readers[one.type]?.(one, kind))
    .find(Boolean)
  if (found) return found
  // Without any that adds tokens, the texts stand by themselves.
  return flatten(tokenizer.post_processor).every(({ type }) => type === 'ByteLevel')
    ? texts(kind).map((text) => ({ text, type: 0 }))
    : undefined
}

/** The parts of tokenizer.json that are read here. */
export interface TokenizerJson {
  added_tokens?: AddedToken[]
  post_processor?: PostProcessor | null
}

export interface AddedToken {
  id: number
  content: string
  special: boolean
}

interface PostProcessor {
  type: string
  processors?: PostProcessor[]
  single?: Step[]
  pair?: Step[]
  special_tokens?: Record<string, { ids: number[] }>
  cls?: [string, number]
  sep?: [string, number]
}

type Step = { SpecialToken: { id: string; type_id: number } } | { Sequence: { id: 'A' | 'B'; type_id: number } }

const texts = (kind: 'single' | 'pair'): ('A' | 'B')[] => (kind === 'single' ? ['A'] : ['A', 'B'])

const flatten = (processor: PostProcessor | null | undefined): PostProcessor[] =>
  processor
    ? [processor, ...(processor.processors ?? []).flatMap(flatten)].filter(({ type }) => type !== 'Sequence')
    : []

const readers: Record<
  string,
  ((from: PostProcessor, kind: 'single' | 'pair') => TemplateStep[] | undefined) | undefined
> = {
  TemplateProcessing: ({ single = [], pair = [], special_tokens: specials = {} }, kind) => {
    const steps = (kind === 'single' ? single : pair).flatMap((step): TemplateStep[] =>
      'Sequence' in step
        ? [{ text: step.Sequence.id, type: step.Sequence.type_id }]
        : (specials[step.SpecialToken.id]?.ids ?? []).map((id) => ({ id, type: step.SpecialToken.type_id })),
    )
    // Some files leave the template of pairs empty.
    return texts(kind).every((text) => steps.some((step) => 'text' in step && step.text === text)) ? steps : undefined
  },
  BertProcessing: ({ cls, sep }, kind) =>
    cls && sep
      ? [
          { id: cls[1], type: 0 },
          { text: 'A', type: 0 },
          { id: sep[1], type: 0 },
          ...(kind === 'pair'
            ? [
                { text: 'B' as const, type: 1 },
                { id: sep[1], type: 1 },
              ]
            : []),
        ]
      : undefined,
  RobertaProcessing: ({ cls, sep }, kind) =>
    cls && sep
      ? [
          { id: cls[1], type: 0 },
          { text: 'A', type: 0 },
          { id: sep[1], type: 0 },
          ...(kind === 'pair'
            ? [
                { id: sep[1], type: 0 },
                { text: 'B' as const, type: 0 },
                { id: sep[1], type: 0 },
              ]
            : []),
        ]
      : undefined,
}
