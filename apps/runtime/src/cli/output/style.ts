import { styleText } from 'node:util'

type Format = Parameters<typeof styleText>[0]

/** Coloured for a terminal; plain for pipes, `NO_COLOR` and dumb terminals. */
export const style = (format: Format, text: string, stream: NodeJS.WriteStream = process.stdout): string =>
  styleText(format, text, { stream })

export const isTerminal = (): boolean => process.stdout.isTTY === true

const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g

/** Text of a model or a tool without control sequences: it must not move the cursor or set the title. */
export const printable = (text: string): string => text.replace(CONTROL, '')
