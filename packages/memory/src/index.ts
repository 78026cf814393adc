// Every line here is public API of @rt/memory: adding one is a decision.

// Threads
export { createFactStore } from './stores/sqlite/fact-store.ts'
export { createThreadStore } from './stores/sqlite/thread-store.ts'
export type { FactStoreOptions } from './stores/sqlite/fact-store.ts'
export type { ThreadStoreOptions } from './stores/sqlite/thread-store.ts'

// Runs
export { createRunStore } from './runs/run-store.ts'
export type { RunStoreOptions } from './runs/run-store.ts'

// Workflows
export { createStepStore } from './workflows/step-store.ts'
export type { StepStoreOptions } from './workflows/step-store.ts'

// The context window
export { createContextAssembler } from './context/context-assembler.ts'
export type { ContextAssemblerOptions } from './context/context-assembler.ts'

// Knowledge
export { chunkDocument } from './ingest/chunkers/heading-aware.ts'
export { createIngest } from './ingest/ingest.ts'
export { embeddableOf } from './ingest/chunk-records.ts'
export { DOCUMENT_ENTRIES } from './ingest/parser/document-entries.ts'
export { createDocuments } from './documents/documents.ts'
export { watchFolders } from './watch/watch-folders.ts'
export { createRetriever } from './retrieve/retriever.ts'
export { withEarlierCitations } from './retrieve/with-earlier-citations.ts'
export { DOCUMENT_ENDINGS } from './ingest/loaders/kinds.ts'
export { DOCUMENT_LIMITS } from './ingest/parser/document-limits.ts'
export type { Chunk, ChunkOptions } from './ingest/chunkers/heading-aware.ts'
export type { DocumentLimits } from './ingest/parser/document-limits.ts'
export type { Ingest, IngestSetup } from './ingest/ingest.ts'
export type { Documents, DocumentsSetup } from './documents/documents.ts'
export type { WatchOptions, Watching } from './watch/watch-folders.ts'
export type { DocumentInfo, FileOutcome, IngestOptions, IngestProgress, IngestReport } from '@rt/core'
export type { RetrieveOptions, Retriever, RetrieverOptions } from './retrieve/retriever.ts'

// Citations
export { cite } from './citations/cite.ts'
export type { CiteOptions } from './citations/cite.ts'
