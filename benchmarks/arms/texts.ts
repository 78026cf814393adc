const WORDS = (
  'staff may claim up to forty five euros for meals on each day of a business trip and the office pays for coats when ' +
  'the weather asks for them while lunch is at noon in the hall next to the library where books maps and films are lent ' +
  'to everybody who lives in town unless a notice on the door says that it is closed for repairs of the old roof'
).split(' ')

/** Words of a text: six of ten are questions and sentences, three paragraphs, one a whole chunk. */
const LENGTHS = [6, 70, 12, 9, 35, 14, 180, 7, 55, 20]

/** Texts of mixed lengths in no order, the same in every run: both arms embed all of them in a round. */
export const TEXTS: string[] = Array.from({ length: 128 }, (_, i) =>
  Array.from({ length: LENGTHS[(i * 7) % 10]! + (i % 5) }, (_, at) => WORDS[(i * 31 + at * 17) % WORDS.length]).join(
    ' ',
  ),
)

/** What the peer gives the model in one run. */
export const BATCH = 64
