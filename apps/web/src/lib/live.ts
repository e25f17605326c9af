'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useWorkspace } from './links.ts'
import { createLiveCache } from './live-cache.ts'
import { holdStream, type LiveMessage, type LiveState } from './live-stream.ts'

/**
 * One stream per browser and workspace (a browser opens at most six HTTP/1.1 connections to a host): the tab that holds
 * the lock reads it and tells the others; when it closes, the next one resumes where it stopped.
 */
export function useLive(enabled: boolean): LiveState {
  const client = useQueryClient()
  const workspace = useWorkspace()
  const [state, setState] = useState<LiveState>('connecting')

  useEffect(() => {
    if (!enabled) return
    const name = `watchbill-stream-${workspace ?? ''}`
    const cache = createLiveCache(client, workspace)
    const channel = new BroadcastChannel(name)
    const end = new AbortController()
    const position: { id: string | null; state: LiveState; leads: boolean; joined: boolean } = {
      id: null,
      state: 'connecting',
      leads: false,
      joined: false,
    }

    function hear(message: LiveMessage) {
      position.id = message.id ?? position.id
      if (message.kind === 'change') cache.apply(message.change)
      else if (message.kind === 'reset') cache.refresh()
      else {
        // What changed between this page's data and its first word from the stream was missed.
        if (!position.leads && !position.joined && message.state === 'live') cache.refresh()
        position.joined = true
        position.state = message.state
        setState(message.state)
      }
    }
    channel.onmessage = (event: MessageEvent<LiveMessage | { kind: 'ask' }>) => {
      if (event.data.kind !== 'ask') hear(event.data)
      else if (position.leads) channel.postMessage({ kind: 'state', state: position.state, id: position.id })
    }
    channel.postMessage({ kind: 'ask' })

    const lead = async () => {
      position.leads = true
      await holdStream(position.id, workspace, end.signal, (message) => {
        hear(message)
        if (!end.signal.aborted) channel.postMessage(message)
      })
    }
    void takeLead(name, end.signal, lead)
    return () => {
      end.abort()
      channel.close()
      cache.stop()
    }
  }, [client, workspace, enabled])

  return state
}

/** Without Web Locks (a plain-http address that is not loopback) every tab leads itself. */
async function takeLead(name: string, signal: AbortSignal, lead: () => Promise<void>) {
  if (navigator.locks === undefined) return lead()
  try {
    await navigator.locks.request(name, { signal }, lead)
  } catch {
    // Waiting for the lock ended because this page is closing.
  }
}
