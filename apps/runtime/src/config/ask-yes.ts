import { createInterface } from 'node:readline'

/** Asks a question that only `y` or `yes` answers with yes; a closed input (Ctrl-C, Ctrl-D) is a no. */
export const askYes = (
  question: string,
  input: NodeJS.ReadableStream = process.stdin,
  output: NodeJS.WritableStream = process.stderr,
): Promise<boolean> =>
  new Promise((resolve) => {
    const lines = createInterface({ input, output })
    lines.once('close', () => resolve(false))
    lines.question(question, (answer) => {
      resolve(/^y(es)?$/i.test(answer.trim()))
      lines.close()
    })
  })
