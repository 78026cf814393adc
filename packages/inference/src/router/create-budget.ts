import {
  type Budget,
  type BudgetRequest,
  type CallOptions,
  type Clock,
  type KeyValue,
  RtError,
  systemClock,
  totalTokens,
} from '@rt/core'

/** At least one of `usd` and `tokens`. */
export interface BudgetLimit {
  /** `all`: everything this budget sees together. `key`: each principal. `thread`: each thread of a principal. */
  per: 'all' | 'key' | 'thread'
  /** `day`: begins anew at midnight, local time. `ever`: never does. Default `day`. */
  every?: 'day' | 'ever'
  usd?: number
  tokens?: number
}

export interface BudgetOptions {
  limits: BudgetLimit[]
  /** Where sums are kept: `createMemoryKeyValue()` forgets them with the process. */
  store: KeyValue
  /** Begins every key. Default `rt:budget`. */
  prefix?: string
  clock?: Clock
}

/** Sums are whole billionths of a dollar: they add up exactly, up to nine million dollars. */
const NANO = 1e9
const TWO_DAYS_MS = 172_800_000

interface Account {
  key: string
  limit: BudgetLimit
  unit: 'usd' | 'tokens'
  most: number
}

/**
 * Sets aside what a call may take at most, before it is made, and corrects that after it. Sums only go over a limit by what a
 * call took beyond its estimate. What a killed process had set aside stays booked until the day is over.
 */
export const createBudget = ({ limits, store, prefix = 'rt:budget', clock = systemClock }: BudgetOptions): Budget => {
  for (const limit of limits) check(limit)
  return {
    async reserve(request, options) {
      const accounts = limits.flatMap((limit) => accountsOf(limit, request, `${prefix}:${day(clock, limit)}`))
      const booked: { account: Account; amount: number }[] = []
      const add = ({ key, limit }: Account, amount: number): Promise<number> =>
        store.add(key, amount, limit.every === 'ever' ? undefined : TWO_DAYS_MS, options && withoutSignal(options))
      const undo = async (): Promise<void> => {
        for (const { account, amount } of booked) await add(account, -amount)
      }
      for (const account of accounts) {
        const amount = amountOf(account, request.tokens, request.usd)
        const sum = await add(account, amount).catch(async (error: unknown) => {
          await undo()
          throw error
        })
        booked.push({ account, amount })
        if (sum <= account.most) continue
        await undo()
        throw exceeded(account, request, sum - amount, amount)
      }
      return {
        async settle(usage, usd) {
          const tokens = totalTokens(usage)
          for (const { account, amount } of booked) {
            const used = amountOf(account, tokens, usd)
            if (used !== amount) await add(account, used - amount)
          }
        },
        release: undo,
      }
    },
  }
}

/** What was booked is corrected also when the caller has given up. */
const withoutSignal = ({ span }: CallOptions): CallOptions => ({ span })

const accountsOf = (limit: BudgetLimit, { principal, thread }: BudgetRequest, prefix: string): Account[] => {
  if (limit.per === 'thread' && thread === undefined) return []
  const whose = { all: ['all'], key: ['key', principal], thread: ['thread', principal, thread ?? ''] }[limit.per]
  return (['usd', 'tokens'] as const).flatMap((unit) => {
    const most = limit[unit]
    if (most === undefined) return []
    return [
      {
        key: `${prefix}:${unit}:${JSON.stringify(whose)}`,
        limit,
        unit,
        most: unit === 'usd' ? Math.round(most * NANO) : most,
      },
    ]
  })
}

/** A call without a known price takes tokens only. */
const amountOf = ({ unit }: Account, tokens: number, usd: number | null): number =>
  unit === 'tokens' ? tokens : Math.ceil((usd ?? 0) * NANO)

/** The same day as the rows of `rt cost`. */
const day = (clock: Clock, { every = 'day' }: BudgetLimit): string => {
  if (every === 'ever') return 'ever'
  const date = new Date(clock.now())
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

const exceeded = (account: Account, request: BudgetRequest, spent: number, wanted: number): RtError => {
  const { unit, most, limit } = account
  const figure = (value: number): number => (unit === 'usd' ? value / NANO : value)
  const show = (value: number): string => (unit === 'usd' ? `$${Number(figure(value).toFixed(6))}` : `${value} tokens`)
  const whose = { all: 'the budget', key: `the budget of '${request.principal}'`, thread: `the budget of this thread` }[
    limit.per
  ]
  const when = limit.every === 'ever' ? '' : ' a day'
  return new RtError({
    code: 'budget_exceeded',
    message: `${whose} is ${show(most)}${when}, ${show(spent)} of it are spent or set aside, and a call of '${request.model}' takes up to ${show(wanted)}.`,
    hint: 'Ask for fewer tokens (maxOutputTokens, --max-tokens, max_tokens), use a model of this machine, or raise the limit.',
    data: {
      per: limit.per,
      every: limit.every ?? 'day',
      unit,
      limit: figure(most),
      spent: figure(spent),
      wanted: figure(wanted),
      model: request.model,
    },
  })
}

const check = ({ per, usd, tokens }: BudgetLimit): void => {
  const given = [usd, tokens].filter((value) => value !== undefined)
  if (given.length && given.every((value) => Number.isFinite(value) && value >= 0)) return
  throw new RtError({
    code: 'config_invalid',
    message: `a budget per ${per} has no limit that is a number of 0 or more.`,
    hint: 'Give it usd, tokens, or both.',
  })
}
