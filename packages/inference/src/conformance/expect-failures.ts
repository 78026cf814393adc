import type { TestFunctions } from './test-functions.ts'

/** Test functions under which the tests a subject `cannot` pass must fail. */
export const expectFailures = (
  { name: subject, cannot = {} }: { name: string; cannot?: Record<string, string> },
  { describe, it, expect }: TestFunctions,
): { functions: TestFunctions; checkNames(): void } => {
  const unknown = new Set(Object.keys(cannot))
  return {
    functions: {
      describe,
      expect,
      it(name, run) {
        if (!Object.hasOwn(cannot, name)) return it(name, run)
        unknown.delete(name)
        return it(`cannot: ${name}. ${cannot[name]}`, async () => {
          const passed = await run().then(
            () => true,
            () => false,
          )
          expect(passed, `it can: take ${JSON.stringify(name)} off the list`).toBe(false)
        })
      },
    },
    checkNames() {
      if (Object.keys(cannot).length === 0) return
      it(`${subject}: names only tests that exist`, async () => expect([...unknown]).toEqual([]))
    },
  }
}
