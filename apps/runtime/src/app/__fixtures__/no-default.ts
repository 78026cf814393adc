export const tools: never[] = []
