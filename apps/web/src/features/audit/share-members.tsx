'use client'

import { UntrustedText } from '../../ui/untrusted-text.tsx'
import { isHidden, type ShareCover, turned } from './share-cover.ts'
import { shareChoice } from './share-part.tsx'
import type { SharePreview } from './share-preview.ts'

/** A box per member; a checked one is hidden in every entry, and only its commitment stays. */
export function ShareMembers({
  members,
  cover,
  change,
}: {
  members: SharePreview['members']
  cover: ShareCover
  change: (cover: ShareCover) => void
}) {
  if (members.length === 0)
    return <p className="text-muted">None of them says anything: there are headers alone.</p>
  const hasContent = members.some(({ content }) => content)
  return (
    <>
      <fieldset>
        <legend className="mb-1">
          Check what no visitor may see. Its commitment stays, so the rest can still be proven.
        </legend>
        <div className="columns-[14rem] gap-x-4">
          {members.map((member) => (
            <label key={member.name} className={`${shareChoice} break-inside-avoid`}>
              <input
                type="checkbox"
                checked={isHidden(member, cover)}
                disabled={member.content && !cover.content}
                onChange={() => change(turned(cover, member.name))}
              />
              <span className="min-w-0 wrap-anywhere">
                <UntrustedText code text={member.name} max={60} />{' '}
                <span className="figures text-muted">
                  in {member.count.toLocaleString('en-US')}
                  {member.content && !cover.content && ', content'}
                </span>
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      {hasContent && (
        <label className={`${shareChoice} mt-2`}>
          <input
            type="checkbox"
            checked={cover.content}
            onChange={(event) => change({ ...cover, content: event.target.checked })}
          />
          <span>
            Show content too{' '}
            <span className="text-muted">
              Text as agents and people wrote it: prompts, commands, what files hold. Making such a link reads
              it, and the log says that you did.
            </span>
          </span>
        </label>
      )}
    </>
  )
}
