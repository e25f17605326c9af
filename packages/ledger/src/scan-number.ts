import { fail, type Scan, unexpected } from './scan.ts'

const grammar = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y

/**
 * Reads a number and refuses what a double cannot carry: the decimal value written must be the one ECMAScript
 * prints back (RFC 8785 §3.2.2.3, RFC 7493 §2.2). `-0` reads as 0.
 */
export const scanNumber = (scan: Scan): number => {
  grammar.lastIndex = scan.index
  const text = grammar.exec(scan.text)?.[0]
  if (text === undefined)
    return unexpected(scan, scan.text.charAt(scan.index) === '-' ? 'a number' : 'a value')
  const start = scan.index
  scan.index += text.length
  if (/[0-9.+\-eE]/.test(scan.text.charAt(scan.index))) unexpected(scan, 'the end of a number')
  const value = Number(text)
  // Up to 15 significant digits survive a double (DBL_DIG), so plain short numbers need no second look.
  if (text.length <= 15 && !/[eE]/.test(text)) return value + 0
  // The smallest double written out in full takes 326 characters; longer texts would only cost time.
  if (text.length > 400) fail(scan, 'number', 'the number is written with more than 400 characters', start)
  if (!Number.isFinite(value)) fail(scan, 'number', 'the number is too large for a double', start)
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    fail(scan, 'number', 'the integer is beyond 2^53 - 1; send it as a string', start)
  }
  if (decimalOf(text) !== decimalOf(String(value))) {
    fail(scan, 'number', 'the number has more digits than a double keeps; send it as a string', start)
  }
  return value + 0
}

/** The decimal value in one form: significant digits without outer zeros, and the exponent of the last digit. */
const decimalOf = (text: string): string => {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e')
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.')
  const digits = (whole + fraction).replace(/^0+/, '')
  if (digits === '') return '0'
  const kept = digits.replace(/0+$/, '')
  const scale = Number(exponent) - fraction.length + (digits.length - kept.length)
  return `${text.startsWith('-') ? '-' : ''}${kept}e${scale}`
}
