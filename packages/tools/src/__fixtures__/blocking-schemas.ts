import { z } from 'zod'

export const blockingInput: z.ZodObject<{ what: z.ZodString }> = z.object({ what: z.string() })

export const blockingOutput: z.ZodObject<{ calls: z.ZodNumber; who: z.ZodString }> = z.object({
  calls: z.number(),
  who: z.string(),
})
