interface Shape {
  readonly pattern: RegExp
  readonly with: string
}

const shape = (name: string, pattern: RegExp): Shape => ({ pattern, with: `[redacted ${name}]` })

/** Not in the middle of a word, so that `task-force` holds no `sk-force`. */
const at = '(?<![A-Za-z0-9])'
const key = (name: string, source: string) => shape(name, new RegExp(at + source, 'g'))

/** Secrets that can be told by their own look, whatever stands around them. Longer and stricter shapes first. */
export const shapes: readonly Shape[] = [
  // Cut off before its end, the block still is one.
  shape('pem', /-----BEGIN [A-Z0-9 ]{1,40}-----[\s\S]*?(?:-----END [A-Z0-9 ]{1,40}-----|$)/g),
  key('jwt', String.raw`eyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*){1,3}`),
  key('aws key', '(?:AKIA|ASIA|ABIA|ACCA|AROA|AIDA|AGPA|ANPA)[A-Z0-9]{16}(?![A-Za-z0-9])'),
  key('github token', '(?:gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{20,255})'),
  key('gitlab token', 'gl(?:pat|ptt|dt|rt|cbt|ft|soat|imt|oas|agent|ffct)-[A-Za-z0-9_.-]{16,}'),
  key('slack token', '(?:xox[abceoprs]|xapp)(?:[.-][A-Za-z0-9]+)*-[A-Za-z0-9-]{8,}'),
  shape('slack webhook', /hooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Za-z0-9/_-]{8,}/g),
  shape('discord webhook', /discord(?:app)?\.com\/api\/webhooks\/\d+\/[\w-]{8,}/g),
  key('stripe key', '(?:[srp]k_(?:live|test)|whsec)_[A-Za-z0-9+/=]{10,}'),
  key('api key', 'sk-(?:ant-|proj-|svcacct-|admin-|or-v1-|lf-)?[A-Za-z0-9_-]{16,}'),
  key(
    'google key',
    '(?:AIza[0-9A-Za-z_-]{30,}|ya29\\.[0-9A-Za-z_-]{16,}|GOCSPX-[0-9A-Za-z_-]{16,}|1//0[0-9A-Za-z_-]{20,})',
  ),
  key('npm token', 'npm_[A-Za-z0-9]{30,}'),
  key('pypi token', 'pypi-[A-Za-z0-9_-]{30,}'),
  key('hugging face token', 'hf_[A-Za-z0-9]{24,}'),
  key('digitalocean token', 'do[opr]_v1_[a-f0-9]{32,}'),
  key('sendgrid key', String.raw`SG\.[\w-]{16,}\.[\w-]{16,}`),
  key('shopify token', 'shp(?:at|ca|pa|ss)_[a-fA-F0-9]{24,}'),
  key('vault token', 'hv[sbr]\\.[A-Za-z0-9_-]{20,}'),
  key('databricks token', 'dapi[a-f0-9]{32}'),
  key(
    'api key',
    '(?:lin_api|figd|xai|gsk|pplx|r8|dckr_pat|fio-u|sntrys|nvapi|tskey|rubygems|vercel|vcp|wb_[a-z0-9]+_[a-z]+)[_-][A-Za-z0-9_-]{16,}',
  ),
  key('age key', 'AGE-SECRET-KEY-1[0-9A-Z]{20,}'),
  key('telegram token', String.raw`\d{8,10}:AA[\w-]{30,}`),
  key('twilio key', '(?:SK|AC)[0-9a-f]{32}(?![0-9a-f])'),
]

interface Assignment {
  readonly pattern: RegExp
  readonly replace: (whole: string, ...groups: string[]) => string
}

/** Values that name or describe a secret without being one. */
const harmless =
  /^(?:\$|%|<|\[redacted|\{\{|process\.env|os\.environ|env\.|string\b|number\b|bool|null\b|undefined\b|true\b|false\b|none\b|any\b|unknown\b|await\b|required\b|optional\b|new\b|function\b|\(|\{|\|)/i
const count = /^\d{1,7}(?:\.\d+)?$/

const quoted = String.raw`(\\?["'\x60])((?:(?!\\?["'\x60]).){1,400})`
const bare = String.raw`([^\s"'\x60\\,;&)}\]<>]{1,400})`

/** `before` stays, the value goes, unless it is none: a type, a variable, a number of tokens. */
const hide: Assignment['replace'] = (whole, name = '', before = '', quote, inner, plain) => {
  const value = inner ?? plain ?? ''
  if (harmless.test(value) || (/token/i.test(name) && count.test(value))) return whole
  return `${name}${before}${quote ?? ''}[redacted]`
}

const secretName =
  '(?:pass(?:word|wd|phrase|code)|[_-]pass(?![a-z])|[_-]auth(?![a-z])|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|signing[_-]?key|account[_-]?key|encryption[_-]?key|credentials?|authorization|client[_-]?secret)'

/** Values that are secret by the name before them. */
export const assignments: readonly Assignment[] = [
  // Whole header values: `Authorization: Bearer x`, `Cookie: a=b; c=d`.
  {
    pattern:
      /((?:proxy-)?authorization|x-[a-z-]{0,30}(?:key|token|secret)|(?:set-)?cookie)((?:\\?["'])?\s{0,4}[:=]\s{0,4}(?:\\?["'])?)([^"'\\\r\n]{3,2000})/gi,
    replace: (whole, name = '', before = '', value = '') =>
      harmless.test(value) ? whole : `${name}${before}[redacted]`,
  },
  {
    pattern: /\b(bearer|basic)(\s{1,4})((?=[^\s"']{0,200}[\d=._/+-])[A-Za-z0-9._~+/=-]{8,})/gi,
    replace: (_whole, name = '', gap = '') => `${name}${gap}[redacted]`,
  },
  // `scheme://user:secret@host`; a user alone stays.
  {
    pattern: /([a-z][a-z0-9+.-]{0,30}:\/\/)([^\s/@:"'\\]{0,200}):([^\s/@"'\\]{1,400})@/gi,
    replace: (_whole, scheme = '') => `${scheme}[redacted]@`,
  },
  {
    pattern:
      /([?&](?:access_token|refresh_token|id_token|token|api_?key|key|secret|client_secret|password|sig|signature|code|x-amz-signature|x-amz-credential|x-goog-signature)=)([^\s&#"'\\]{3,})/gi,
    replace: (_whole, name = '') => `${name}[redacted]`,
  },
  // `curl -u name:secret`.
  {
    pattern: /(\s(?:-u|--user|--proxy-user)[\s=]{1,4}(?:\\?["'])?)([^\s:"'\\]{1,100}:[^\s"'\\]{1,400})/g,
    replace: (_whole, flag = '') => `${flag}[redacted]`,
  },
  // `sshpass -p x`, `redis-cli -a x`, and a line of .netrc.
  {
    pattern:
      /(\bsshpass\s{1,4}-p\s{0,4}|\bredis-cli\s[^\n]{0,200}?-a\s{1,4}|\blogin\s{1,4}\S{1,100}\s{1,4}password\s{1,4})(\S{1,400})/g,
    replace: (_whole, before = '') => `${before}[redacted]`,
  },
  // `PASSWORD=x`, `"apiKey": "x"`, `secret => 'x'`.
  {
    pattern: new RegExp(
      `(${secretName}[A-Za-z0-9_.-]{0,40})((?:\\\\?["'\\x60])?\\]?\\s{0,4}(?:=>|:=|==?|:)\\s{0,4})(?:${quoted}|${bare})`,
      'gi',
    ),
    replace: hide,
  },
  // `--password x`, `--api-key "x"`.
  {
    pattern: new RegExp(
      `(--?[a-z-]{0,30}${secretName}[a-z-]{0,20})(\\s{1,4})(?!-)(?:${quoted}|${bare})`,
      'gi',
    ),
    replace: hide,
  },
]
