import type { RunResult } from './run-command.ts'

/**
 * Why an install with CUDA could not be measured, where that is not ours to mend: the script of onnxruntime-node could
 * not fetch its libraries, or was too slow. README and `rt doctor` name the variable that leaves them out.
 *
 * @returns undefined for everything else: an install that succeeded, and one that failed otherwise.
 */
export const cudaOutage = ({
  code,
  output,
  seconds,
  timedOut,
}: Pick<RunResult, 'code' | 'output' | 'seconds' | 'timedOut'>): string | undefined => {
  if (timedOut) return `not done after ${seconds.toFixed(0)} s, CUDA libraries are slow to fetch`
  if (code === 0) return undefined
  // As npm says whose script it was, and as the script says what it could not do.
  const itsScript =
    /^npm error path .*node_modules[\\/]onnxruntime-node$/m.test(output) &&
    /^npm error command .*node \.\/script\/install$/m.test(output)
  const line = /^npm error .*?Error: (.*)$/m.exec(output)?.[1]
  return itsScript && line !== undefined && FETCHING.test(line) ? `the CUDA libraries: ${line.trim()}` : undefined
}

/** What Node says of the network, and what the script says of the feeds it fetches from. */
const FETCHING =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|socket hang up|certificate|HTTP status code|[Nn]u[Gg]et index|No package exists for|package versions for/
