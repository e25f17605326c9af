'use client'

import { useEffect } from 'react'

/** Who waits, in the tab: "(3) Fleet · Watchbill", and the count on the icon. */
export function TabSign({ waiting }: { waiting: number }) {
  useEffect(() => {
    if (waiting === 0) return
    const icon = document.createElement('link')
    icon.rel = 'icon'
    icon.type = 'image/svg+xml'
    icon.href = `data:image/svg+xml,${encodeURIComponent(iconOf(waiting))}`
    document.head.append(icon)
    return () => icon.remove()
  }, [waiting])
  return <title>{waiting > 0 ? `(${waiting}) Fleet · Watchbill` : 'Fleet · Watchbill'}</title>
}

function iconOf(waiting: number): string {
  const text = waiting > 9 ? '9+' : String(waiting)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="4" fill="#8a5a00"/><text x="16" y="23" font-family="system-ui, sans-serif" font-size="${text.length > 1 ? 17 : 21}" font-weight="700" fill="#fff" text-anchor="middle">${text}</text></svg>`
}
