import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { requestSummary } from './request.ts'
import { toolRequest } from './shell.ts'

describe('requestSummary', () => {
  it.each([
    ['git push origin main', 'git push'],
    ['git -C /home/kim/secret-project push --force', 'git push'],
    ['git -c http.extraheader="AUTHORIZATION: bearer tok" fetch', 'git fetch'],
    ['GITHUB_TOKEN=ghp_abcdefghijklmnop git push https://kim:pw@host/x.git', 'git push'],
    ['cd /srv/app && npm run deploy:prod -- --key=abc', 'npm run'],
    ['cd /srv/app; export KEY=abc; docker compose up', 'docker compose'],
    ['/usr/local/bin/terraform apply -var password=hunter2', 'terraform apply'],
    ['gh.exe pr create', 'gh.exe'],
    ['./deploy.sh production', 'deploy.sh'],
    ['curl -H "Authorization: Bearer sk-live-1" https://api.example', 'curl'],
    ['sudo -u root git push', 'sudo'],
    ['sudo apt-get install jq', 'apt-get install'],
    ['timeout 30s npm test', 'npm test'],
    ['bash -lc "git push origin main"', 'git push'],
    ['bash -c "$SECRET_COMMAND"', 'bash'],
    ['ls -la', 'ls'],
    ['git secretsubcommand', 'git'],
    ['make release-acme-prod', 'make'],
    ['cat <<EOF\nhunter2\nEOF', 'cat'],
    ['npm test | tee log', 'npm test'],
    ['python3.12 -m http.server', 'python3.12'],
    ['sha256sum secret.txt', 'sha256sum'],
    ['base64 -d x', 'base64'],
    ['/usr/bin/env node x.js', 'node'],
    ['./run-all-tests.sh', 'run-all-tests.sh'],
    ['rg needle', 'rg'],
    ['my_check --all', 'my_check'],
  ])('%s -> %s', (command, expected) => {
    expect(requestSummary(command)).toBe(expected)
  })

  it.each([
    '',
    '   ',
    '$(cat /etc/shadow)',
    '"$HOME/bin/tool" x',
    "'my secret tool' run",
    'TOKEN=abc',
    'cd /home/kim/secret',
    'C:\\tools\\gh.exe pr create',
    'ghp_16C7e42F292c6912E7710c838347Ae178B4a',
    'sk-ant-api03-aaaaaaaaaaaaaaaaaaaaaaaa',
    'AKIAIOSFODNN7EXAMPLEKEYXX12345',
    '4111111111111111',
    '; ; ;',
    'pässwörd go',
    'hunter2',
    'Tr0ub4dor',
    'CorrectHorse',
    'swordfish99 --yes',
    'xkqzvbtw now',
    'p4ssw0rd',
    'QWERTYuiop',
    'antidisestablishmentarianism',
    'one-two-three-four-five',
    '/opt/bin/7f3a9c push',
    's3cr3t.sh run',
  ])('says nothing about %s', (command) => {
    expect(requestSummary(command)).toBeNull()
  })

  it('never repeats a planted argument, path or assignment', () => {
    const planted = 'Zq7pLANTED9secretX'
    const place = fc.constantFrom(
      (s: string) => `git push ${s}`,
      (s: string) => `git --token=${s} push`,
      (s: string) => `git --token ${s} push`,
      (s: string) => `${s.toUpperCase()}=${s} npm publish`,
      (s: string) => `cd /home/${s}/x && make test`,
      (s: string) => `/home/${s}/bin/git status`,
      (s: string) => `sudo -u ${s} git push`,
      (s: string) => `env A=${s} cargo test`,
      (s: string) => `bash -c 'curl -u ${s} x'`,
      (s: string) => `echo "${s}" > ${s}; git add ${s}`,
      (s: string) => `xargs -I ${s} rm ${s}`,
      (s: string) => `timeout --signal=${s} 5 ${s}`,
    )
    fc.assert(
      fc.property(
        fc.array(place, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(' && ', '; ', ' | ', '\n'),
        (places, glue) => {
          const summary = requestSummary(places.map((make) => make(planted)).join(glue))
          expect((summary ?? '').toLowerCase()).not.toContain(planted.toLowerCase())
        },
      ),
    )
  })
})

it('only shell tools send more than their name', () => {
  expect(toolRequest('Bash', { command: 'git push' })).toBe('git push')
  expect(toolRequest('exec_command', '{"cmd":"cargo test"}')).toBe('cargo test')
  expect(toolRequest('shell', { command: ['bash', '-lc', 'npm ci'] })).toBe('npm ci')
  expect(toolRequest('shell', { command: ['git', 'push', 'origin'] })).toBe('git push')
  expect(toolRequest('Write', { command: 'git push', file_path: '/home/kim/.ssh/id' })).toBeNull()
  expect(toolRequest('mcp__tickets__get', { command: 'git push' })).toBeNull()
  expect(toolRequest('Bash', { command: 7 })).toBeNull()
  expect(toolRequest('Bash', null)).toBeNull()
})
