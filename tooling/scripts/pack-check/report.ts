/** What one check found: nothing when all is well. */
export type Problems = string[]

/** Lines of a table on stdout, and how many of them are bad. */
export class Report {
  #failed = 0

  get failed(): number {
    return this.#failed
  }

  add(title: string, problems: Problems, detail = ''): void {
    if (problems.length) this.#failed++
    console.log(`  ${problems.length ? '✗' : '✓'} ${title.padEnd(34)} ${detail}`.trimEnd())
    for (const problem of problems) console.log(`    ${problem.trimEnd().replaceAll('\n', '\n    ')}`)
  }

  note(text: string): void {
    console.log(`    ${text}`)
  }
}
