// biome-ignore-all lint/a11y/useSemanticElements: a select or datalist cannot hold what is shown here
// biome-ignore-all lint/a11y/useFocusableInteractive: the field has the focus, aria-activedescendant names the option
// biome-ignore-all lint/a11y/useKeyWithClickEvents: the field handles the keys
'use client'

import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useId, useRef, useState } from 'react'

export interface Suggestion {
  readonly key: string
  readonly label: ReactNode
  readonly detail: string
}

/**
 * A text field that suggests what could be typed at the caret (WAI-ARIA combobox): arrows choose, Tab and Enter take what is
 * chosen, Escape closes. Tab takes the first one where something was typed; Enter with nothing chosen submits.
 */
export function SuggestField({
  label,
  placeholder,
  text,
  caret,
  type,
  move,
  suggestions,
  take,
  submit,
  leave,
  field,
  invalid,
  describedBy,
}: {
  label: string
  placeholder: string
  text: string
  /** Where the caret belongs after the text was changed from outside; null leaves it. */
  caret: { readonly from: number; readonly to: number } | null
  type: (text: string, caret: number) => void
  /** The caret went elsewhere in the same text. */
  move: (caret: number) => void
  suggestions: readonly Suggestion[]
  take: (index: number) => void
  submit: () => void
  /** Escape with nothing open. */
  leave: () => void
  field: RefObject<HTMLInputElement | null>
  invalid: boolean
  describedBy: string | undefined
}) {
  const id = useId()
  const [asked, setAsked] = useState(false)
  const [at, setAt] = useState(-1)
  const open = asked && suggestions.length > 0
  const chosen = open && at < suggestions.length ? at : -1
  useEffect(() => {
    if (caret !== null) field.current?.setSelectionRange(caret.from, caret.to)
  }, [caret, field])
  const change = (next: string, place: number) => {
    setAsked(true)
    setAt(-1)
    type(next, place)
  }
  const choose = (index: number) => {
    setAt(-1)
    take(index)
  }
  const press = (event: KeyboardEvent<HTMLInputElement>) => {
    const action = actionOf(event, open, chosen, suggestions.length)
    if (action === null) return
    event.preventDefault()
    if (action === 'open') setAsked(true)
    else if (action === 'close') setAsked(false)
    else if (action === 'leave') leave()
    else if (action === 'submit') {
      setAsked(false)
      submit()
    } else if ('take' in action) choose(action.take)
    else setAt(action.at)
  }
  return (
    <div className="relative min-w-0 flex-1 basis-80">
      <input
        ref={field}
        type="text"
        role="combobox"
        aria-label={label}
        aria-expanded={open}
        aria-controls={open ? `${id}-list` : undefined}
        aria-autocomplete="list"
        aria-activedescendant={chosen < 0 ? undefined : `${id}-${chosen}`}
        aria-invalid={invalid}
        aria-describedby={describedBy}
        autoComplete="off"
        autoCorrect="off"
        autoCapitalize="none"
        spellCheck={false}
        enterKeyHint="search"
        placeholder={placeholder}
        value={text}
        onChange={({ target }) => change(target.value, target.selectionStart ?? target.value.length)}
        onSelect={({ currentTarget }) => {
          if (currentTarget.selectionStart === currentTarget.selectionEnd)
            move(currentTarget.selectionStart ?? 0)
        }}
        onBlur={() => setAsked(false)}
        onKeyDown={press}
        className="h-8 w-full rounded border border-rule-strong bg-panel px-2 font-mono text-[0.96em] aria-invalid:border-failed placeholder:font-sans placeholder:text-muted"
      />
      {open && <Options id={id} suggestions={suggestions} chosen={chosen} choose={choose} label={label} />}
    </div>
  )
}

type Action =
  | 'open'
  | 'close'
  | 'leave'
  | 'submit'
  | { readonly take: number }
  | { readonly at: number }
  | null

function actionOf(event: KeyboardEvent, open: boolean, chosen: number, count: number): Action {
  if (event.nativeEvent.isComposing) return null
  const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey
  switch (event.key) {
    case 'ArrowDown':
      return open ? { at: (chosen + 1) % count } : 'open'
    case 'ArrowUp':
      return open ? { at: (chosen <= 0 ? count : chosen) - 1 } : null
    case 'Enter':
      return open && chosen >= 0 ? { take: chosen } : 'submit'
    case 'Tab':
      return open && plain ? { take: Math.max(0, chosen) } : null
    case 'Escape':
      return open ? 'close' : 'leave'
    default:
      return null
  }
}

function Options({
  id,
  suggestions,
  chosen,
  choose,
  label,
}: {
  id: string
  suggestions: readonly Suggestion[]
  chosen: number
  choose: (index: number) => void
  label: string
}) {
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    list.current?.children[chosen]?.scrollIntoView({ block: 'nearest' })
  }, [chosen])
  return (
    <div
      ref={list}
      id={`${id}-list`}
      role="listbox"
      aria-label={label}
      className="absolute inset-x-0 z-30 mt-1 max-h-80 overflow-y-auto rounded border border-rule-strong bg-panel py-1"
    >
      {suggestions.map(({ key, label: shown, detail }, index) => (
        <div
          key={key}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === chosen}
          // The press must not take the focus away from the field.
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => choose(index)}
          className="flex min-h-7 cursor-pointer items-center gap-4 px-2 hover:bg-hover aria-selected:bg-chosen"
        >
          <code className="min-w-32 shrink-0">{shown}</code>
          <span className="truncate text-muted">{detail}</span>
        </div>
      ))}
    </div>
  )
}
