/** What one check found: nothing when all is well. */
export type Problems = string[]

/** Lines of a table on stdout, how many of them are bad, and what could not be looked at. */
export class Report {
  #failed = 0
  readonly #skipped: string[] = []

  get failed(): number {
    return this.#failed
  }

  /** With the reason of each. */
  get skipped(): readonly string[] {
    return this.#skipped
  }

  add(title: string, problems: Problems, detail = ''): void {
    if (problems.length) this.#failed++
    console.log(`  ${problems.length ? '✗' : '✓'} ${title.padEnd(34)} ${detail}`.trimEnd())
    for (const problem of problems) console.log(`    ${problem.trimEnd().replaceAll('\n', '\n    ')}`)
  }

  skip(title: string, reason: string): void {
    this.#skipped.push(`${title}: ${reason}`)
    console.log(`  - ${title.padEnd(34)} skipped: ${reason}`)
  }

  note(text: string): void {
    console.log(`    ${text}`)
  }
}
