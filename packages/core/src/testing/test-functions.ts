/** The matchers the suites use; those of vitest and jest fit. */
export interface Matchers {
  toBe(expected: unknown): void
  toEqual(expected: unknown): void
}

/** What a test runner brings. It is handed in, so that this package needs none. */
export interface TestFunctions {
  describe(name: string, define: () => void): unknown
  it(name: string, run: () => Promise<void>): unknown
  expect(actual: unknown): Matchers & { rejects: { toMatchObject(expected: object): Promise<unknown> } }
}
