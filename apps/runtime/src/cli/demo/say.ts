import { style } from '../output/style.ts'

/** A line of the demo: a bold label, then what it says. */
export const say = (label: string, line: string): void => void process.stdout.write(`${labelled(label)}${line}\n`)

export const labelled = (label: string): string => ` ${style('bold', label.padEnd(8))} `

/** Below a line, less important. */
export const detail = (line: string): void => void process.stdout.write(`${style('dim', `          ${line}`)}\n`)
