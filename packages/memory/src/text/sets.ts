// `Set.prototype.union` and its kin run on every Node we support, but are not in the `lib` the workspace compiles with.

export const union = <T>(a: Iterable<T>, b: Iterable<T>): Set<T> => new Set([...a, ...b])

export const intersection = <T>(a: Iterable<T>, b: ReadonlySet<T>): Set<T> =>
  new Set([...a].filter((item) => b.has(item)))

export const difference = <T>(a: Iterable<T>, b: ReadonlySet<T>): Set<T> =>
  new Set([...a].filter((item) => !b.has(item)))

export const isSubset = <T>(a: Iterable<T>, b: ReadonlySet<T>): boolean => [...a].every((item) => b.has(item))
