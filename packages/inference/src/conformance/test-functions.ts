/** The matchers the suite uses; those of vitest and jest fit. */
export interface Matchers {
  toBe(expected: unknown): void
  toEqual(expected: unknown): void
  toMatchObject(expected: object): void
  toBeUndefined(): void
  toBeGreaterThan(expected: number): void
  toContain(expected: unknown): void
}

/** What a test runner brings. It is handed in, so that this package needs none. */
export interface TestFunctions {
  describe(name: string, define: () => void): unknown
  it: {
    (name: string, run: () => Promise<void>): unknown
    /** Lists a test that cannot run. */
    skip?(name: string, run: () => Promise<void>): unknown
  }
  expect(
    actual: unknown,
    message?: string,
  ): Matchers & { not: Matchers; rejects: { toMatchObject(expected: object): Promise<unknown> } }
}
