import { displayWidth } from '../output/table.ts'
import { style } from '../output/style.ts'
import { wrapText } from '../output/wrap-text.ts'
import type { Finding, State } from './check.ts'
import type { SectionReport } from './run-checks.ts'

const MARKS: Record<State, { mark: string; color: 'green' | 'yellow' | 'red' }> = {
  ok: { mark: 'ok', color: 'green' },
  warning: { mark: '!', color: 'yellow' },
  red: { mark: 'RED', color: 'red' },
}
/** Of the mark, which is also read without colours. */
const MARK_WIDTH = 4

/** One screen: a heading a section, a line a finding, what to do below it. */
export const formatFindings = (reports: SectionReport[], width: number): string => {
  const all = reports.flatMap(({ findings }) => findings)
  const names = Math.max(...all.map(({ name }) => displayWidth(name)))
  return [
    ...reports.flatMap(({ section, findings }) => [
      ` ${style('bold', section)}`,
      ...findings.flatMap((finding) => formatFinding(finding, names, width)),
    ]),
    '',
    ` ${summary(all)}`,
    '',
  ].join('\n')
}

const formatFinding = ({ name, state, detail, fix }: Finding, names: number, width: number): string[] => {
  const { mark, color } = MARKS[state]
  const indent = 3 + MARK_WIDTH + names + 2
  const lines = wrapText(detail, Math.max(30, width - indent))
  const head = `   ${style(color, mark.padEnd(MARK_WIDTH))}${name.padEnd(names)}  ${lines[0]}`
  const rest = lines.slice(1).map((line) => ' '.repeat(indent) + line)
  // In one line, however long: a command that is copied must not have line breaks.
  return fix ? [head, ...rest, `${' '.repeat(indent)}→ ${style('bold', fix)}`] : [head, ...rest]
}

const summary = (findings: Finding[]): string => {
  const count = (state: State): number => findings.filter((finding) => finding.state === state).length
  const [red, warnings] = [count('red'), count('warning')]
  if (red) return style('red', `${red} of ${findings.length} need work; what to do stands beside each.`)
  const notes = warnings ? `, ${warnings} could be better` : ''
  return style('green', `All that is needed works${notes}.`)
}
