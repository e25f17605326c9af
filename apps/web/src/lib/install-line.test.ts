import { expect, test } from 'vitest'
import { askingLine, installLine, isOwnMachineOnly } from './install-line.ts'

const token = 'wb_default_enr_0123456789012345678901234567890123456789012'

test('the line runs where it is pasted: names only a browser resolves become the address', () => {
  expect(installLine('http://watchbill.localhost:4040', token)).toBe(
    `WATCHBILL_ENROLL_TOKEN=${token} sh -c "$(curl -fsSL http://127.0.0.1:4040/install)"`,
  )
  expect(installLine('https://watchbill.example.org', token)).toContain(
    'https://watchbill.example.org/install',
  )
})

test('the token is an assignment, never a word of a command', () => {
  expect(installLine('https://a.example', token).split(' ').indexOf(`WATCHBILL_ENROLL_TOKEN=${token}`)).toBe(
    0,
  )
  expect(askingLine('https://a.example')).not.toContain('WATCHBILL')
})

test('plain http beyond this machine says so in the line', () => {
  expect(askingLine('http://fleet.example:4040')).toMatch(/^WATCHBILL_INSECURE_HTTP=1 sh /)
  expect(askingLine('http://127.0.0.1:4040')).toMatch(/^sh /)
})

test.each([
  ['http://watchbill.localhost:4040', true],
  ['http://127.0.0.1:4040', true],
  ['http://[::1]:4040', true],
  ['https://watchbill.example.org', false],
  ['http://127.0.0.1.example.org', false],
])('%s is reached from its own machine only: %s', (origin, only) =>
  expect(isOwnMachineOnly(origin)).toBe(only),
)
