/** How many elements deep the deepest one stands, counted without going deep oneself. */
export const depthOf = (root: Element): number => {
  let most = 1
  let depth = 1
  let at = root
  while (true) {
    const child = at.firstElementChild
    if (child) {
      at = child
      most = Math.max(most, ++depth)
      continue
    }
    while (!at.nextElementSibling) {
      if (at === root || !at.parentElement) return most
      at = at.parentElement
      depth--
    }
    if (at === root) return most
    at = at.nextElementSibling
  }
}
