/** A row with a bound, as the console's benches make them: at least, or at most. */
export const goalRow = (name, value, unit, [sign, bound], detail) => {
  const rounded = round(value)
  const pass = sign === '>=' ? rounded >= bound : rounded <= bound
  return { name, value: rounded, unit, goal: `${sign} ${bound}`, pass, detail }
}

/** A figure that nothing is asked of. */
export const plainRow = (name, value, unit, detail) => ({
  name,
  value: round(value),
  unit,
  goal: null,
  pass: null,
  detail,
})

/** Whole numbers from a thousand on, else three digits behind the point. */
export const round = (value) => (value >= 1000 ? Math.round(value) : Math.round(value * 1000) / 1000)

/** The value that such a part of them does not exceed; NaN of none. */
export const share = (values, part) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ??
  Number.NaN

export const median = (values) => share(values, 0.5)

/** For details. */
export const ms = (value) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`
