import { expect, test } from 'vitest'
import { PII_RULES } from './detectors.ts'
import { findPii } from './find-pii.ts'

const found = (text: string): string[] =>
  findPii(text, new Set(PII_RULES)).map(({ rule, start, end }) => `${rule} ${text.slice(start, end)}`)

// Put together, so that no scanner takes this file for a leak.
const github = `ghp_${'a1B2'.repeat(9)}`
const key = `-----BEGIN RSA ${'PRIVATE'} KEY-----\nMIIE\nabc\n-----END RSA ${'PRIVATE'} KEY-----`

test.each([
  ['write to ada.lovelace+x@mail.example.co.uk.', 'email ada.lovelace+x@mail.example.co.uk'],
  ['schreib an jörg@müller.example', 'email jörg@müller.example'],
  ['IBAN DE89 3704 0044 0532 0130 00 AND MORE', 'iban DE89 3704 0044 0532 0130 00'],
  ['gb82west12345698765432', 'iban gb82west12345698765432'],
  ['pay with 4111 1111 1111 1111 12 times', 'card 4111 1111 1111 1111'],
  ['378282246310005', 'card 378282246310005'],
  ['from 203.0.113.7.', 'ip 203.0.113.7'],
  ['at [2001:db8::8a2e:370:7334]', 'ip 2001:db8::8a2e:370:7334'],
  ['SSN 078-05-1120', 'national-id 078-05-1120'],
  ['NINO AB 12 34 56 C', 'national-id AB 12 34 56 C'],
  ['DNI 12345678Z', 'national-id 12345678Z'],
  ['NIE X1234567L', 'national-id X1234567L'],
  ['CF RSSMRA85T10A562S', 'national-id RSSMRA85T10A562S'],
  ['NIR 2 55 08 14 168 025 38', 'national-id 2 55 08 14 168 025 38'],
  ['CPF 529.982.247-25', 'national-id 529.982.247-25'],
  ['call +49 (30) 901820-55', 'phone +49 (30) 901820-55'],
  ['call (415) 555-2671', 'phone (415) 555-2671'],
  ['call 06 12 34 56 78', 'phone 06 12 34 56 78'],
  ['call 030 901820 55', 'phone 030 901820 55'],
  [`token ${github}`, `secret ${github}`],
  ['AKIAIOSFODNN7EXAMPLE', 'secret AKIAIOSFODNN7EXAMPLE'],
  ['postgres://ada:s3cret@db.example/x', 'secret postgres://ada:s3cret@'],
  ['authorization: Bearer abcdefghij0123456789', 'secret Bearer abcdefghij0123456789'],
  [key, `secret ${key}`],
])('%s', (text, expected) => {
  expect(found(text)).toEqual([expected])
})

test('what only looks like it is left alone', () => {
  const texts = [
    'version 1.2.3, 1.2.3.4000 and 999.1.1.1',
    'IBAN DE89 3704 0044 0532 0130 02',
    'order 4111 1111 1111 1112',
    'on 2026-11-23 at 10:20:30, 01.02.2024, 127.0.0.1 and ::1',
    'DNI 12345678A, CPF 529.982.247-26, SSN 000-12-3456',
    'std::vector<a::b>, @decorator, x@y',
    'pages 100-200, 1,234,567 and 3.14159265358979',
  ]
  for (const text of texts) expect(found(text), text).toEqual([])
})

test('hostile texts are read in time that grows with their length', () => {
  // Quadratic patterns take minutes on these; the runner's limit is the bound.
  for (const unit of ['a', '1', 'a.', '1 ', ':', 'a@', 'sk-', '://', '-----BEGIN PRIVATE KEY-----', '0 '])
    found(unit.repeat(200_000 / unit.length))
})
