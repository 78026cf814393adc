interface Connection {
  ref(): void
  unref(): void
}

/** A connection that does not keep the program alive, but for as long as an answer is waited for. */
export const aliveWhileAsked = <T extends Connection & object>(client: T): T => {
  let waiting = 0
  const letGo = (): void => {
    if (--waiting === 0) client.unref()
  }
  return new Proxy(client, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target)
      if (typeof value !== 'function') return value
      return (...words: unknown[]): unknown => {
        const answer: unknown = Reflect.apply(value, target, words)
        if (!(answer instanceof Promise)) return answer
        if (waiting++ === 0) client.ref()
        answer.then(letGo, letGo)
        return answer
      }
    },
  })
}
