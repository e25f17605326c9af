import { expect, test } from 'vitest'
import { curlCommand, programUrl } from './program-url.ts'

test('programs get the address; only a browser resolves names under .localhost', () => {
  expect(programUrl('http://watchbill.localhost:4040')).toBe('http://127.0.0.1:4040')
  expect(programUrl('http://localhost:4040')).toBe('http://127.0.0.1:4040')
  expect(programUrl('https://fleet.example.com')).toBe('https://fleet.example.com')
})

test('a filter cannot break out of the quotes', () => {
  const command = curlCommand('http://watchbill.localhost:4040', '/v1/agents', {
    q: `'; rm -rf ~; echo '$(id)`,
    sort: undefined,
  })
  expect(command.split('\n')[0]).toBe(
    `curl -sS 'http://127.0.0.1:4040/v1/agents?q=%27%3B+rm+-rf+%7E%3B+echo+%27%24%28id%29' \\`,
  )
})
