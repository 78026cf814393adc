import type { Tool, ToolSelector } from '@rt/core'

/** Before each step, tools of servers are as they are by then: a server may add, change and take away some. */
export const refreshingSelector = (inner: ToolSelector, now: (() => Promise<Tool[]>) | undefined): ToolSelector =>
  now
    ? {
        async select(request, options) {
          const own = request.tools.filter(({ origin }) => !isOfServer(origin))
          return inner.select({ ...request, tools: [...own, ...(await now())] }, options)
        },
      }
    : inner

const isOfServer = (origin: string | undefined): boolean => origin === 'mcp' || origin?.startsWith('mcp:') === true
