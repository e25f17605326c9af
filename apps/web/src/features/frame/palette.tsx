'use client'

import { useQuery } from '@tanstack/react-query'
import { Command } from 'cmdk'
import { useRouter } from 'next/navigation'
import { useDeferredValue, useEffect, useRef, useState } from 'react'
import { type ApiAccess, useApi } from '../../lib/api.ts'
import { useLinks } from '../../lib/links.ts'
import { plainText } from '../../lib/reveal.ts'

const itemClass =
  'flex h-8 cursor-pointer items-center gap-3 rounded px-2 data-[selected=true]:bg-chosen [&_small]:text-small [&_small]:text-muted'
const groupClass =
  '[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-small [&_[cmdk-group-heading]]:text-muted'

/** ⌘K: go to a page, an agent or a session by a part of its name. Loaded when first opened. */
export default function Palette({ close }: { close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const router = useRouter()
  const links = useLinks()
  const [text, setText] = useState('')
  const found = useFound(useDeferredValue(text.trim()))
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    dialog.current?.showModal()
    input.current?.focus()
  }, [])
  const go = (href: string) => () => {
    close()
    router.push(href)
  }
  const pages = [
    ['Fleet', links.fleet()],
    ['Sessions', links.sessions()],
    ['Audit', links.audit()],
    ['Settings', links.settings()],
    ['Health', links.health()],
    ['Readiness', links.readiness()],
    ['API reference', links.reference()],
  ] as const
  const wanted = pages.filter(([name]) => name.toLowerCase().includes(text.trim().toLowerCase()))
  return (
    <dialog
      ref={dialog}
      aria-label="Go to"
      onClose={close}
      className="mx-auto mt-[12vh] w-[min(36rem,calc(100vw-2rem))] rounded border border-rule-strong bg-panel p-0 text-ink backdrop:bg-black/40"
    >
      <Command shouldFilter={false} label="Go to">
        <Command.Input
          value={text}
          onValueChange={setText}
          ref={input}
          placeholder="Page, agent, machine, project, session id"
          className="h-11 w-full border-b bg-transparent px-4 outline-none placeholder:text-muted"
        />
        <Command.List className="max-h-[50vh] overflow-y-auto p-2">
          <Command.Empty className="px-2 py-3 text-muted">Nothing by that name.</Command.Empty>
          {wanted.length > 0 && (
            <Command.Group heading="Pages" className={groupClass}>
              {wanted.map(([name, href]) => (
                <Command.Item key={href} value={href} onSelect={go(href)} className={itemClass}>
                  {name}
                </Command.Item>
              ))}
            </Command.Group>
          )}
          {found.agents.length > 0 && (
            <Command.Group heading="Agents" className={groupClass}>
              {found.agents.map((agent) => (
                <Command.Item
                  key={agent.id}
                  value={agent.id}
                  onSelect={go(links.agent(agent.id))}
                  className={itemClass}
                >
                  <bdi>{plainText(agent.name)}</bdi> <small>on {plainText(agent.machine.name)}</small>
                </Command.Item>
              ))}
            </Command.Group>
          )}
          {found.sessions.length > 0 && (
            <Command.Group heading="Sessions" className={groupClass}>
              {found.sessions.map((session) => (
                <Command.Item
                  key={session.id}
                  value={session.id}
                  onSelect={go(links.session(session.id))}
                  className={itemClass}
                >
                  <bdi>{plainText(session.project ?? session.nativeId)}</bdi>{' '}
                  <small>
                    {session.state}, {plainText(session.agent.name)}
                  </small>
                </Command.Item>
              ))}
            </Command.Group>
          )}
        </Command.List>
      </Command>
    </dialog>
  )
}

function useFound(text: string) {
  const api = useApi()
  const { data } = useQuery({
    queryKey: ['go-to', api.workspace, text],
    queryFn: () => search(api, text),
    placeholderData: (before) => before,
    gcTime: 10_000,
  })
  return data ?? { agents: [], sessions: [] }
}

async function search({ client }: ApiAccess, text: string) {
  const query = { limit: '6', ...(text === '' ? {} : { q: text }) }
  const [agents, sessions] = await Promise.all([client.listAgents({ query }), client.listSessions({ query })])
  return { agents: agents.agents, sessions: sessions.sessions }
}
