'use client'

import { parseAsString, useQueryState } from 'nuqs'
import { useMemo } from 'react'
import { createLinks, type Links } from './paths.ts'

/** The workspace in the URL (`?workspace=demo`); null is the one the credential belongs to. */
export function useWorkspace(): string | null {
  const [workspace] = useQueryState('workspace', parseAsString)
  return workspace
}

export function useLinks(): Links {
  const workspace = useWorkspace()
  return useMemo(() => createLinks(workspace), [workspace])
}
