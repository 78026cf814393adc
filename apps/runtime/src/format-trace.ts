import type { Trace } from '@rt/core'
import { describeRoute } from '@rt/inference/router'
import { type FormatTraceOptions, formatTrace as format } from '@rt/observe/trace'

/** A trace as a tree for the terminal, with a line for what each route decided. Ends without a newline. */
export const formatTrace = (trace: Trace, options: FormatTraceOptions = {}): string =>
  format(trace, { describe: ({ attributes }) => describeRoute(attributes), ...options })
