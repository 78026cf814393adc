import { aliasesConformance } from './aliases.ts'
import { badInputConformance } from './bad-input.ts'
import { collectionsConformance } from './collections.ts'
import { filtersConformance } from './filters.ts'
import { type ConformanceSubject, createKit, type Kit } from './kit.ts'
import { recordsConformance } from './records.ts'
import { renameConformance } from './rename.ts'
import { scrollConformance } from './scroll.ts'
import { searchConformance } from './search.ts'
import { searchOptionsConformance } from './search-options.ts'
import { streamsConformance } from './streams.ts'
import type { TestFunctions } from './test-functions.ts'
import { tokenizersConformance } from './tokenizers.ts'
import { ttlConformance } from './ttl.ts'
import { updatesConformance } from './updates.ts'

const PARTS: readonly ((kit: Kit) => void)[] = [
  recordsConformance,
  streamsConformance,
  badInputConformance,
  updatesConformance,
  scrollConformance,
  filtersConformance,
  searchConformance,
  tokenizersConformance,
  collectionsConformance,
  aliasesConformance,
  renameConformance,
  ttlConformance,
]

/** What every VectorStore must do, whatever keeps its data. Its capabilities say what it is held to. */
export const vectorStoreConformance = (subject: ConformanceSubject, tests: TestFunctions): void => {
  const kit = createKit(subject, tests)
  tests.describe(subject.name, () => {
    for (const part of PARTS) part(kit)
    tests.describe('what a search can be asked', () =>
      searchOptionsConformance(() => subject.create({ clock: Date.now }), tests),
    )
  })
}
