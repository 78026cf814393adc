import { once } from 'node:events'

/** Writes to standard output no faster than it is read. */
export const writeOut = async (texts: AsyncIterable<string>): Promise<void> => {
  for await (const text of texts) if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}
