/** Without case, and Latin letters without accents. */
export const fold = (text: string): string =>
  text
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(/(?<=\p{Script=Latin}\p{M}*)[\u0300-\u036F]/gu, '')
    .normalize('NFC')
    .replaceAll('ς', 'σ')
