/**
 * The extra entry of this package: output name (as it must lie in `dist`) to source file below `src`. A bundle that
 * inlines @rt/memory emits it beside its own chunks.
 */
export const DOCUMENT_ENTRIES: Readonly<Record<'document-worker', string>> = {
  'document-worker': 'ingest/parser/document-worker.ts',
}
