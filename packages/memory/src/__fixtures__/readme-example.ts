// oxlint-disable no-restricted-imports -- a user's program, which imports this package by its name
import { collect, createMessage, LOCAL } from '@rt/core'
import type { CitationPart, EmbeddingModel, LanguageModel, VectorStore } from '@rt/core'
import { cite, createContextAssembler, createIngest, createRetriever, createThreadStore } from '@rt/memory'
import type { Database } from '@rt/node/sqlite'

type Given = { database: Database; store: VectorStore; embedder: EmbeddingModel; model: LanguageModel }

export const ask = async (question: string, folder: string, given: Given): Promise<CitationPart[]> => {
  const { database, store, embedder, model } = given
  await createIngest({ database, embedder, store, collection: 'docs' }).ingest(folder)
  const chunks = await createRetriever({ collection: await store.collection('docs'), embedder }).retrieve(question)
  const threads = await createThreadStore({ database })
  const asked = createMessage('user', question)
  const messages = [...(await threads.messages(LOCAL, 'ada')), asked]
  const context = await createContextAssembler().assemble({ model, messages, retrieved: chunks, reserve: 256 })
  const answer = await collect(model.stream({ messages: context.messages, maxOutputTokens: 256 }))
  await threads.append(LOCAL, 'ada', [asked, ...answer.messages])
  return cite(answer.text, context.retrieved, { question })
}
