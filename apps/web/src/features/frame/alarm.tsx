'use client'

import Link from 'next/link'
import { useEffect } from 'react'
import { kindWords } from '../../lib/evidence/contradiction.ts'
import { readMemory, standing } from '../../lib/evidence/log-memory.ts'
import { useLog } from '../../lib/evidence/use-log.ts'
import { useLinks } from '../../lib/links.ts'

const mark = '✕ CONTRADICTED · '

/** On every page, for as long as this browser remembers that the log contradicted itself. It never goes by itself. */
export function Alarm({ workspace }: { workspace: string }) {
  const links = useLinks()
  const { log, memory } = useLog()
  // What was met on an earlier visit stands before the log has answered, and when it does not answer.
  const held = standing(log === null ? readMemory(window.localStorage, workspace) : memory)
  const [first] = held
  const loud = first !== undefined
  useTitle(loud)
  if (!loud) return null
  const more = held.length - 1
  return (
    <section
      role="alert"
      aria-label="The log is contradicted"
      className="flex flex-wrap items-baseline gap-x-3 gap-y-1 border-b border-failed bg-failed/10 px-4 py-2 text-failed sm:px-6"
    >
      <strong>✕ CONTRADICTED at {first.place}</strong>
      <span>
        {kindWords[first.kind]}
        {more > 0 && `, and ${more} more`}. Somebody changed what had been logged.
      </span>
      <Link href={links.audit()}>What this browser saw</Link>
    </section>
  )
}

/** The tab says it too, whatever title a page sets. */
function useTitle(loud: boolean) {
  useEffect(() => {
    if (!loud) return
    const say = () => {
      if (!document.title.startsWith(mark)) document.title = mark + document.title
    }
    say()
    const watch = new MutationObserver(say)
    watch.observe(document.head, { childList: true, subtree: true, characterData: true })
    return () => {
      watch.disconnect()
      if (document.title.startsWith(mark)) document.title = document.title.slice(mark.length)
    }
  }, [loud])
}
