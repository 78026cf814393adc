/** Luhn, of card numbers. */
export const isLuhn = (digits: string): boolean => {
  let sum = 0
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index])
    const weighted = index % 2 ? digit * 2 : digit
    sum += weighted > 9 ? weighted - 9 : weighted
  }
  return sum % 10 === 0
}

/** ISO 7064 MOD 97-10 over letters and digits, of an IBAN with its first four characters moved to the end. */
export const isMod97 = (text: string): boolean => {
  let rest = 0
  for (const character of text) rest = Number(`${rest}${Number.parseInt(character, 36)}`) % 97
  return rest === 1
}

/** The two check digits of a Brazilian CPF. */
export const isCpf = (digits: string): boolean => {
  if (new Set(digits).size === 1) return false
  const check = (length: number): number => {
    let sum = 0
    for (let index = 0; index < length; index++) sum += Number(digits[index]) * (length + 1 - index)
    return ((sum * 10) % 11) % 10
  }
  return check(9) === Number(digits[9]) && check(10) === Number(digits[10])
}

/** The letter of a Spanish DNI or NIE. */
export const isDni = (text: string): boolean => {
  const number = text.slice(0, -1).replace(/^[XYZ]/, (letter) => String('XYZ'.indexOf(letter)))
  return 'TRWAGMYFPDXBNJZSQVHLCKE'[Number(number) % 23] === text.at(-1)
}

/** The two last digits of a French NIR; Corsica counts as 19 and 18. */
export const isNir = (text: string): boolean => {
  const number = text.slice(0, 13).replace('2A', '19').replace('2B', '18')
  return 97 - Number(BigInt(number) % 97n) === Number(text.slice(13))
}
