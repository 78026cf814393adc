import type { AnswerGuard, CallOptions, Guard } from '@rt/core'

/**
 * Several guards as one, like layers around the model: what goes to it passes them first to last, what comes from it last
 * to first. So the first is the one nearest to people and tools.
 */
export const composeGuards = (guards: Guard[]): Guard => {
  const outwards = guards.toReversed()
  const has = (hook: keyof Guard): boolean => guards.some((guard) => guard[hook])
  return {
    ...(has('beforeModel') && {
      async beforeModel(messages, options) {
        let current = messages
        for (const guard of guards) current = (await guard.beforeModel?.(current, options)) ?? current
        return current
      },
    }),
    ...(has('answer') && {
      answer: (options, form) => chain(outwards.flatMap((guard) => guard.answer?.(options, form) ?? [])),
    }),
    ...(has('beforeTool') && {
      async beforeTool(name, args, options) {
        let current = args
        for (const guard of outwards) if (guard.beforeTool) current = await guard.beforeTool(name, current, options)
        return current
      },
    }),
    ...(has('afterTool') && {
      async afterTool(name: string, result: unknown, options?: CallOptions) {
        let current = result
        for (const guard of guards) if (guard.afterTool) current = await guard.afterTool(name, current, options)
        return current
      },
    }),
  }
}

const chain = (guards: AnswerGuard[]): AnswerGuard | undefined => {
  if (guards.length <= 1) return guards[0]
  const pushFrom = async (text: string, from: number): Promise<string> => {
    let current = text
    for (const guard of guards.slice(from)) if (current) current = await guard.push(current)
    return current
  }
  return {
    push: (text) => pushFrom(text, 0),
    async end() {
      let rest = ''
      for (const guard of guards) rest = (rest && (await guard.push(rest))) + (await guard.end())
      return rest
    },
  }
}
