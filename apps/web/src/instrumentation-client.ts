/**
 * Trusted Types: the bundler loads lazy chunks by assigning a plain string to `script.src`. The default policy lets
 * exactly those through (this origin, /_next/static/) and refuses every other string that could become script.
 */
declare global {
  interface Window {
    trustedTypes?: {
      createPolicy(name: string, rules: { createScriptURL: (url: string) => string | null }): unknown
    }
  }
}

window.trustedTypes?.createPolicy('default', {
  createScriptURL: (url) => {
    const target = new URL(url, window.location.origin)
    return target.origin === window.location.origin && target.pathname.startsWith('/_next/static/')
      ? url
      : null
  },
})

export {}
