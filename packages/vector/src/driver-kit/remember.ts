/** Puts an entry behind the others; beyond `most` the one that was put there longest ago goes. */
export const remember = <T>(map: Map<string, T>, key: string, value: T, most: number): void => {
  map.delete(key)
  map.set(key, value)
  if (map.size > most) map.delete(map.keys().next().value!)
}
