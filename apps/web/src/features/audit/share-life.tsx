'use client'

import { AbsoluteTime } from '../../ui/absolute-time.tsx'
import { lives } from './share-expiry.ts'
import type { ShareFormState } from './share-form-state.ts'
import { shareChoice, shareField } from './share-part.tsx'

/** How long the link lives, and the moment that means. */
export function ShareLife({ form }: { form: ShareFormState }) {
  const { lifetime, setLifetime, ends } = form
  return (
    <fieldset>
      <legend className="sr-only">When the link ends</legend>
      <div className="flex min-h-7 flex-wrap items-center gap-x-4 gap-y-1">
        {lives.map(([life]) => (
          <label key={life} className={shareChoice}>
            <input
              type="radio"
              name="share-life"
              checked={lifetime.life === life}
              onChange={() => setLifetime({ ...lifetime, life })}
            />
            {life}
          </label>
        ))}
        {lifetime.life === 'until a date' && (
          <input
            type="date"
            aria-label="Last day"
            required
            value={lifetime.date}
            onChange={(event) => setLifetime({ ...lifetime, date: event.target.value })}
            className={shareField}
          />
        )}
      </div>
      <p className={ends === null ? 'mt-1 text-waiting' : 'mt-1'}>
        {ends === null ? (
          'Choose a day from today on, at most a year from now.'
        ) : (
          <>
            Ends <AbsoluteTime at={new Date(ends).toISOString()} />
          </>
        )}
      </p>
    </fieldset>
  )
}
