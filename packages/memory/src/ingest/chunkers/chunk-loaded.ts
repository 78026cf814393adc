import type { LoadedDocument } from '../loaders/loaded-document.ts'
import { chunkSections, type Chunk } from './heading-aware.ts'
import { toSections } from './sections.ts'

/** Cuts what a loader brought, the way it says. */
export const chunkLoaded = ({ text, layout }: LoadedDocument, words: number): Chunk[] =>
  chunkSections(text, typeof layout === 'string' ? toSections(text, layout) : layout, words)
