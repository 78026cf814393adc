import type { TestProjectConfiguration } from 'vitest/config'

/** What each ending of a test file needs; the kinds outside the normal run are named in CONTRIBUTING. */
const KINDS = ['model', 'service', 'browser', 'long', 'quality', 'remote'] as const
type Kind = (typeof KINDS)[number]

const ROOTS = '{packages,apps,tooling,examples,benchmarks}/**'
const IGNORED = ['**/node_modules/**', '**/dist/**', '**/.cache/**']

/** Workspace packages resolve to their sources, in vitest as in Node (`--conditions=@rt/source`). */
const shared = {
  resolve: { conditions: ['@rt/source', 'node'] },
  ssr: { resolve: { conditions: ['@rt/source', 'node'] } },
}

const kind = (name: Kind, timeout: number): TestProjectConfiguration => ({
  ...shared,
  test: {
    name,
    include: [`${ROOTS}/*.${name}.test.ts`],
    exclude: IGNORED,
    testTimeout: timeout,
    hookTimeout: timeout,
    // Real engines and servers also do as the machine lets them: a second try, which the report shows, tells a race from a defect.
    retry: name === 'model' || name === 'service' ? 1 : 0,
    // One file at a time: two models spinning on two cores collapse.
    fileParallelism: false,
    sequence: { groupOrder: 1 + KINDS.indexOf(name) },
  },
})

/** The projects of the one root run. */
export const projects: TestProjectConfiguration[] = [
  {
    ...shared,
    test: {
      name: 'hermetic',
      include: [`${ROOTS}/*.test.ts`],
      exclude: [...IGNORED, ...KINDS.map((name) => `**/*.${name}.test.ts`)],
      testTimeout: 30_000,
      hookTimeout: 30_000,
      sequence: { groupOrder: 0 },
    },
  },
  kind('model', 120_000),
  kind('service', 120_000),
  kind('browser', 120_000),
  kind('long', 1_800_000),
  kind('quality', 600_000),
  kind('remote', 120_000),
]
