'use client'

import { useState } from 'react'
import { remember, type Theme, themeCookie } from '../../lib/preferences.ts'

const after: Readonly<Record<Theme, Theme>> = { auto: 'dark', dark: 'light', light: 'auto' }
/** Half the disc is dark, or all of it, or none. */
const halves: Readonly<Record<Theme, string>> = {
  auto: 'M6 1a5 5 0 0 1 0 10z',
  dark: 'M6 1a5 5 0 0 1 0 10a5 5 0 0 1 0-10z',
  light: '',
}
const words: Readonly<Record<Theme, string>> = { auto: 'Auto', light: 'Light', dark: 'Dark' }

/** Auto follows the system; a choice is remembered in a cookie so that the server draws it. */
export function ThemeSwitch({ initial }: { initial: Theme }) {
  const [theme, setTheme] = useState(initial)
  function choose(next: Theme) {
    setTheme(next)
    remember(themeCookie, next)
    if (next === 'auto') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = next
  }
  return (
    <button
      type="button"
      title="Colours: follow the system, dark, or light"
      onClick={() => choose(after[theme])}
      className="flex h-7 items-center gap-1.5 rounded px-1.5 text-muted hover:bg-hover"
    >
      <span className="sr-only">Colours: </span>
      <svg
        viewBox="0 0 12 12"
        width="11"
        height="11"
        aria-hidden="true"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.4"
      >
        <circle cx="6" cy="6" r="5" />
        <path d={halves[theme]} fill="currentColor" stroke="none" />
      </svg>
      <span className="max-sm:sr-only">{words[theme]}</span>
    </button>
  )
}
