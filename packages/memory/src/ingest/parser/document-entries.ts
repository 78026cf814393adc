/**
 * The extra entries of this package: output name (as it must lie in `dist`) to source file below `src`. A bundle that
 * inlines @rt/memory emits them beside its own chunks, and `WORKER_ENTRIES` of @rt/node too.
 */
export const DOCUMENT_ENTRIES: Readonly<Record<'document-child' | 'memory-guard', string>> = {
  'document-child': 'ingest/parser/document-child.ts',
  'memory-guard': 'ingest/parser/memory-guard.ts',
}
