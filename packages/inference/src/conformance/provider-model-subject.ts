import { type Bench, MODEL, SECRET, withBench } from './bench.ts'
import type { ConformanceSubject } from './conformance-subject.ts'
import { framesBefore } from './frames-before.ts'
import type { LanguageModelSubject, PlayedTurn } from './language-model-subject.ts'

/** A provider as a language model: its fake wire plays what a case scripts. */
export const toModelSubject = (subject: ConformanceSubject): LanguageModelSubject => {
  const { name, wire, create } = subject
  // Nothing is sent: what a model can is known before.
  const { capabilities } = create({ url: 'http://127.0.0.1:9', apiKey: SECRET, timeoutMs: 1, idleMs: 1 }).languageModel(
    MODEL,
  )
  const play =
    ({ answer, refuse, stream, render }: Bench) =>
    (turn: PlayedTurn): void => {
      if ('refuse' in turn) refuse(turn.refuse)
      else if ('hang' in turn) stream(render(framesBefore(wire.frames(turn.hang), 'never')), 'hang')
      else answer(turn)
    }
  return {
    name,
    run: (test) => withBench(subject, (bench) => test({ model: bench.model, play: play(bench) }))(),
    without: {
      weights: 'a fake wire says what the test wrote.',
      logprobs: 'the fake wire brings none.',
      dispose: 'nothing of a provider stays open.',
      validation: 'what a value may be is for the API to say.',
      redecode: 'no API writes a part of an answer again.',
      ...(capabilities.tokenCount === 'estimate' && { 'exact-count': 'the tokenizer is elsewhere.' }),
      ...(capabilities.tools === 'none' && { tools: 'the protocol has none.' }),
      ...(!capabilities.structuredOutput && { 'structured-output': 'the protocol has no words for it.' }),
      ...(!capabilities.grammar && { grammar: 'the protocol has no words for it.' }),
      ...(!capabilities.reasoning && { reasoning: 'the model of the test has none.' }),
    },
  }
}
