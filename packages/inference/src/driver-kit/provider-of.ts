/** The provider's id in that of a model, `<provider>/<model>`. Errors have it in their data: whose key, whose limit it is. */
export const providerOf = (id: string): string => id.split('/', 1)[0]!
