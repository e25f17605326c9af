/** One lazy chunk for the two: both look at the same log. */
export { Alarm } from './alarm.tsx'
export { Seal } from './seal.tsx'
