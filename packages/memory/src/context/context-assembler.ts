import { RtError, type AssembleRequest, type ContextAssembler } from '@rt/core'
import { fit } from './fit.ts'
import { createLayout } from './layout.ts'
import { createReport } from './report.ts'

export interface ContextAssemblerOptions {
  /** Most of the limit that passages may fill, between 0 and 1; the best one is always offered. Default 0.5. */
  retrievalShare?: number
  /** Share of the model's context that a prompt may fill, above 0 and up to 1. Default 1: all but the answer's reserve. */
  window?: number
}

/**
 * Fits instructions, history and passages into the window by the exact tokens of the model in use, before anything is
 * read by the engine. What is left out is listed in the report; nothing is cut inside a message.
 *
 * @throws RtError `context_overflow` with the numbers when the last message alone does not fit.
 */
export const createContextAssembler = ({
  retrievalShare = 0.5,
  window = 1,
}: ContextAssemblerOptions = {}): ContextAssembler => {
  if (!(retrievalShare >= 0 && retrievalShare <= 1))
    throw invalid(`retrievalShare is ${retrievalShare}`, 'Use a number from 0 to 1.')
  if (!(window > 0 && window <= 1)) throw invalid(`window is ${window}`, 'Use a number above 0 and up to 1.')
  return {
    async assemble(request, options = {}) {
      const limit = checkLimit(request, window)
      const layout = createLayout(request, options)
      const selection = await fit(layout, request, limit, retrievalShare).catch((error: unknown) => {
        throw withSources(error, request)
      })
      const report = await createReport(layout, selection, limit)
      return { messages: layout.messages(selection), retrieved: layout.chunks.slice(0, selection.chunks), report }
    },
  }
}

const checkLimit = ({ model, messages, system, reserve }: AssembleRequest, window: number): number => {
  if (!Number.isSafeInteger(reserve) || reserve < 0)
    throw invalid(`reserve is ${reserve}`, 'Use a whole number of tokens, 0 or more.')
  if (messages.length === 0 && !system)
    throw invalid('there is nothing to send: no message and no instructions', 'Give at least one message.')
  const { contextTokens } = model.capabilities
  return Math.min(Math.floor(contextTokens * window), contextTokens - reserve)
}

/** Which documents a refusal to send them is about: whoever asked saw neither the passages nor their label. */
const withSources = (thrown: unknown, { retrieved = [] }: AssembleRequest): unknown => {
  const sources = [...new Set(retrieved.flatMap(({ label, source }) => (label ? [source] : [])))]
  if (!RtError.isInstance(thrown) || thrown.code !== 'local_only' || sources.length === 0) return thrown
  const { code, message, hint, data, cause } = thrown
  return new RtError({ code, message: `${message}, with passages of ${listed(sources)}`, hint, data, cause })
}

const MOST_SOURCES = 3

const listed = (sources: string[]): string => {
  const more = sources.length - MOST_SOURCES
  return `${sources.slice(0, MOST_SOURCES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

const invalid = (problem: string, hint: string): RtError =>
  new RtError({ code: 'invalid_request', message: `${problem}.`, hint })
