import { expect, it } from 'vitest'
import { controlSchemas } from '../control-events.ts'
import { producedSchemas } from '../entry-types.ts'
import { actions } from './actions.ts'

it('names every event type there is, in order', () => {
  expect(actions).toEqual([...Object.keys(producedSchemas), ...Object.keys(controlSchemas)].sort())
})
