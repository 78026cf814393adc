import { styleText } from 'node:util'

type Format = Parameters<typeof styleText>[0]

/** Coloured for a terminal; plain for pipes, `NO_COLOR` and dumb terminals. */
export const style = (format: Format, text: string, stream: NodeJS.WriteStream = process.stdout): string =>
  styleText(format, text, { stream })

/** Whether stdout takes colours: a terminal, and neither `NO_COLOR` nor a dumb one. */
export const takesColor = (): boolean => process.stdout.isTTY === true && process.stdout.hasColors()
